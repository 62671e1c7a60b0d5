import {css, look, looks, manner, several} from "./colours.js";
import {make, save} from "./words.js";

/* global uPlot */

const height = () => innerWidth >= 2560 ? 400 : 230;
const one = uPlot.sync("time");
const font = () => `${innerWidth >= 2560 ? 18 : 12}px system-ui, sans-serif`;

function axis(label, wide, log) {
  const big = innerWidth >= 2560;
  // of many decades only some have a line, of one or two there are lines within
  const sparse = (_, at) => at.map((x) => {
    const e = Math.floor(Math.log10(x) + 1e-9), every = Math.ceil(at.length / 9 / 5);
    const lead = Math.round(x / 10 ** e);
    return e % every === 0 && (lead === 1 || at.length < 20 && (lead === 2 || lead === 5)) ? x : null;
  });
  return {...(log ? {filter: sparse, grid: {stroke: css("line"), width: 1, filter: sparse}, ticks: {stroke: css("line"), width: 1, filter: sparse}} :
    {grid: {stroke: css("line"), width: 1}, ticks: {stroke: css("line"), width: 1}}), label, stroke: css("quiet"),
    font: font(), labelFont: font(), labelSize: big ? 30 : 20, size: wide ? (big ? 90 : 62) : (big ? 52 : 36), space: wide ? 30 : 60,
    ...(wide ? {values: (_, at) => at.map((x) => x === null ? "" : tickText(x))} : {})};
}
const tickText = (x) => x === 0 ? "0" : Math.abs(x) >= 1e5 || Math.abs(x) < 1e-3 ? x.toExponential(0).replace("e+", "e") : String(+x.toPrecision(4));

// Card is a plot with its title, what it says, its legend, and what of it can be taken away.
class Card {
  constructor(into, {name, title, says}) {
    Object.assign(this, {name, title, says, u: null, curves: []});
    this.body = make("div");
    this.legend = make("div", {className: "legend"});
    const button = (text, what, does) => {
      const b = make("button", {type: "button", textContent: text, onclick: does});
      b.setAttribute("aria-label", `${what} of: ${title}`);
      return b;
    };
    this.heading = make("h3", {textContent: title});
    this.card = make("section", {className: "plot", id: "plot-" + name},
      make("header", {}, this.heading, make("div", {className: "tools"}, button("SVG", "Picture as SVG", () => this.svg()),
        button("PNG", "Picture as PNG", () => this.png()), button("CSV", "Numbers as CSV", () => this.csv()))),
      this.body, this.legend);
    if (says) this.card.append(make("p", {textContent: says}));
    this.body.setAttribute("role", "img");
    this.body.setAttribute("aria-label", title + (says ? ". " + says : ""));
    into.append(this.card);
    new ResizeObserver(() => {
      const w = this.body.clientWidth;
      if (this.u && w && w !== this.u.width) this.u.setSize({width: w, height: height()});
    }).observe(this.body);
  }

  // legends lists curves of the same name once.
  legends(curves) {
    this.legend.replaceChildren(...curves.filter((c) => c.name).map((c) => {
      const s = make("span", {textContent: c.name});
      s.style.setProperty("--of", c.look.stroke);
      s.style.setProperty("--dash", c.look.dash.length ? "dashed" : "solid");
      return s;
    }));
  }

  options(more) {
    return {width: this.body.clientWidth || 300, height: height(), legend: {show: false}, padding: [10, 12, 0, 0], ...more};
  }

  csv() { save(this.name + ".csv", "text/csv", this.table().map((r) => r.map(quoted).join(",")).join("\n") + "\n"); }

  png() {
    const c = this.u.ctx.canvas, out = document.createElement("canvas"), pen = out.getContext("2d");
    [out.width, out.height] = [c.width, c.height];
    pen.fillStyle = css("card");
    pen.fillRect(0, 0, out.width, out.height);
    pen.drawImage(c, 0, 0);
    out.toBlob((b) => save(this.name + ".png", "image/png", b));
  }

  svg() { save(this.name + ".svg", "image/svg+xml", drawn(this)); }
}

// reach is the span of y that is shown: that of all curves, but for a baseline that goes far beyond the others, which
// would press them flat.
function reach(curves) {
  const span = (list, of) => {
    let a = Infinity, b = -Infinity;
    for (const c of list) for (const y of c[of]) if (y !== null && y !== undefined) { a = Math.min(a, y); b = Math.max(b, y); }
    return [a, b];
  };
  return (of) => {
    const [a, b] = span(curves, of), [c, d] = span(curves.filter((x) => x.kind !== "baseline"), of);
    if (!(a <= b)) return [0, 1];
    if (!(c < d)) return padded(a, b);
    return padded(Math.max(a, c - 0.6 * (d - c)), Math.min(b, d + 0.6 * (d - c)));
  };
}

const quoted = (x) => {
  const text = x === null || x === undefined ? "" : String(x);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const escaped = (x) => String(x).replace(/[&<>"]/g, (c) => ({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})[c]);

// drawn is a plot as SVG, with the axes that it shows.
function drawn(card) {
  const {u} = card, {left, top, width, height: h} = u.bbox, r = devicePixelRatio || 1;
  const [L, T, W, H] = [left / r, top / r, width / r, h / r], f = (x) => (+x).toFixed(2), legend = card.curves.filter((c) => c.name);
  const rows = legend.length, whole = u.height + 26 + 18 * rows, out = [];
  out.push(`<svg xmlns="http://www.w3.org/2000/svg" width="${u.width}" height="${whole}" viewBox="0 -24 ${u.width} ${whole}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(card.title)}</title>`, `<text x="${f(L)}" y="-8" font-weight="bold" fill="${css("ink")}">${escaped(card.title)}</text>`,
    `<clipPath id="c"><rect x="${f(L)}" y="${f(T)}" width="${f(W)}" height="${f(H)}"/></clipPath>`);
  u.axes.forEach((a, i) => (a._splits || []).forEach((at, j) => {
    const p = u.valToPos(at, i ? "y" : "x"), value = escaped(a._values[j] ?? "");
    if (!(p >= -0.5 && p <= (i ? H : W) + 0.5)) return;
    const [x1, y1, x2, y2] = i ? [L, T + p, L + W, T + p] : [L + p, T, L + p, T + H];
    out.push(`<line x1="${f(x1)}" y1="${f(y1)}" x2="${f(x2)}" y2="${f(y2)}" stroke="${css("line")}"/>`,
      i ? `<text x="${f(L - 6)}" y="${f(T + p + 4)}" text-anchor="end" fill="${css("quiet")}">${value}</text>`
        : `<text x="${f(L + p)}" y="${f(T + H + 16)}" text-anchor="middle" fill="${css("quiet")}">${value}</text>`);
  }));
  out.push(`<text x="${f(L + W / 2)}" y="${f(T + H + 34)}" text-anchor="middle" fill="${css("quiet")}">${escaped(u.axes[0].label)}</text>`,
    `<text transform="translate(13 ${f(T + H / 2)}) rotate(-90)" text-anchor="middle" fill="${css("quiet")}">${escaped(u.axes[1].label)}</text>`,
    `<g clip-path="url(#c)" fill="none">`);
  for (const {x, y, look: k, points} of card.curves) {
    let d = "", pen = false;
    x.forEach((at, i) => {
      if (at === null || y[i] === null || y[i] === undefined) { pen = false; return; }
      const px = f(L + u.valToPos(at, "x")), py = f(T + u.valToPos(y[i], "y"));
      d += points ? `M${px} ${py}h0` : `${pen ? "L" : "M"}${px} ${py}`;
      pen = true;
    });
    out.push(`<path d="${d}" stroke="${k.stroke}" stroke-width="${points ? 3 : k.width}" stroke-linecap="round" stroke-dasharray="${k.dash.join(" ")}"/>`);
  }
  out.push("</g>");
  legend.forEach((c, i) => out.push(`<line x1="${f(L)}" x2="${f(L + 24)}" y1="${u.height + 8 + 18 * i}" y2="${u.height + 8 + 18 * i}" stroke="${c.look.stroke}" stroke-width="2" stroke-dasharray="${c.look.dash.join(" ")}"/>`,
    `<text x="${f(L + 30)}" y="${u.height + 12 + 18 * i}" fill="${css("ink")}">${escaped(c.name)}</text>`));
  return out.join("\n") + "\n</svg>\n";
}

// strips shades spans of x. One that has no length, of one row, is a line.
function strips(u, spans) {
  const c = u.ctx, {left, top, width, height} = u.bbox;
  c.save();
  c.fillStyle = css("bad") + "1c";
  for (const [from, to] of spans || []) {
    const a = Math.max(left, u.valToPos(from, "x", true)), b = Math.min(left + width, u.valToPos(to, "x", true));
    if (b >= a) c.fillRect(a, top, Math.max(1, b - a), height);
  }
  c.restore();
}

// TimePlot has curves over the one time of the page: its cursor is that of all others, a line shows the time of the
// motion, and a click goes there.
export class TimePlot extends Card {
  constructor(into, what, clock) {
    super(into, what);
    this.label = [what.x, what.y];
    this.clock = clock;
    this.line = make("div", {className: "now"});
    this.learned = what.learned;
  }

  // show takes curves {name, kind, x, y, low, high}, and the spans of time in which they are beyond what was learned from.
  show(curves, spans) {
    this.spans = spans;
    const marks = looks(curves);
    this.curves = curves.map((c, i) => ({...c, look: marks[i]}));
    const tables = [];
    for (const c of curves) {
      tables.push([c.x, c.y]);
      if (c.low) tables.push([c.x, c.low], [c.x, c.high]);
    }
    const data = uPlot.join(tables), key = this.curves.map((c) => c.name + !!c.low + c.look.stroke).join();
    if (this.u && key === this.key) {
      this.u.setData(data);
      return;
    }
    this.key = key;
    this.legends(this.curves);
    const series = [{}], bands = [];
    for (const c of this.curves) {
      series.push({label: c.name, stroke: c.look.stroke, width: c.look.width, dash: c.look.dash, spanGaps: true, points: {show: false}});
      if (c.low) {
        bands.push({series: [series.length + 1, series.length], fill: c.look.stroke + "33"});
        for (let j = 0; j < 2; j++) series.push({stroke: "transparent", width: 0, spanGaps: true, points: {show: false}});
      }
    }
    this.u?.destroy();
    this.u = new uPlot(this.options({
      scales: {x: {time: false}, y: {range: () => reach(this.curves)("y")}}, axes: [axis(this.label[0]), axis(this.label[1], true)], series, bands,
      cursor: {sync: {key: one.key, setSeries: false}, points: {size: 6}, drag: {x: true, y: false}},
      hooks: {drawClear: [(u) => this.beyond(u)], draw: [() => this.tick()], ready: [(u) => u.over.addEventListener("click", () => {
        if (u.cursor.left >= 0 && u.select.width < 3) this.clock.go(u.posToVal(u.cursor.left, "x"));
      })]},
    }), data, this.body);
  }

  // beyond shades what lies outside of what the model has learned from: strips of time and, where nothing else but the
  // curve itself is drawn, values.
  beyond(u) {
    const [low, high] = this.learned || [], c = u.ctx, {left, top, width, height} = u.bbox;
    strips(u, this.spans);
    if (low === undefined) return;
    const shade = (a, b) => {
      a = Math.max(top, a); b = Math.min(top + height, b);
      if (b > a) c.fillRect(left, a, width, b - a);
    };
    c.save();
    c.fillStyle = css("bad") + "1c";
    shade(top, u.valToPos(high, "y", true));
    shade(u.valToPos(low, "y", true), top + height);
    c.restore();
  }

  // tick moves the line of the time, which is no part of the picture: so it costs no drawing.
  tick() {
    if (!this.u) return;
    const x = this.u.valToPos(this.clock.time, "x");
    if (this.line.parentNode !== this.u.over) this.u.over.append(this.line);
    this.line.hidden = !(x >= -1 && x <= this.u.over.clientWidth + 1);
    this.line.style.transform = `translateX(${x}px)`;
  }

  table() {
    const data = this.u.data, names = ["time"];
    for (const c of this.curves) names.push(c.name, ...(c.low ? [c.name + " − 2 sd", c.name + " + 2 sd"] : []));
    return [names, ...Array.from(data[0], (_, i) => data.map((x) => x[i]))];
  }
}

// Plot has curves or points over an axis of its own.
export class Plot extends Card {
  constructor(into, what) {
    super(into, what);
    this.what = what;
    if (what.series) this.show(what.series);
  }

  show(series) {
    const {log, log_x, points} = this.what, seen = {};
    this.curves = series.map((c) => {
      const i = seen[c.kind || ""] = (seen[c.kind || ""] ?? -1) + (c.dash && c.kind ? 0 : 1);
      const k = c.kind || c.dash || c.name === "constant velocity" ? {...look(c.kind, i)} : {stroke: several(i), dash: manner(i), width: 1.5};
      if (c.dash) k.dash = [4, 4];
      const is = (j) => c.x[j] !== null && c.y[j] !== null;
      const good = c.x.map((x, j) => j).filter((j) => !is(j) || !(log && c.y[j] <= 0) && !(log_x && c.x[j] <= 0));
      return {...c, x: good.map((j) => c.x[j]), y: good.map((j) => c.y[j]), look: k, points: points && !c.dash};
    });
    const data = [null, ...this.curves.map((c) => [c.x, c.y])], key = this.curves.map((c) => c.name + c.look.stroke).join();
    if (this.u && key === this.key) {
      this.u.setData(data);
      return;
    }
    this.key = key;
    this.legends(this.curves);
    this.u?.destroy();
    this.u = new uPlot(this.options({
      mode: 2, scales: {x: {time: false, ...(log_x ? {distr: 3} : {range: () => reach(this.curves)("x")})},
        y: {distr: log ? 3 : 1, ...(log ? {} : {range: () => reach(this.curves)("y")})}},
      axes: [axis(this.what.x, false, log_x), axis(this.what.y, true, log)], cursor: {show: false},
      hooks: {drawClear: [(u) => strips(u, this.what.beyond)]},
      series: [null, ...this.curves.map((c) => ({stroke: c.look.stroke, width: c.points ? 0 : c.look.width, dash: c.points ? [] : c.look.dash,
        fill: c.points ? c.look.stroke + "99" : undefined, facets: [{scale: "x", auto: true}, {scale: "y", auto: true}], paths: way(c.points)}))],
    }), data, this.body);
  }

  table() {
    const n = Math.max(0, ...this.curves.map((c) => c.x.length));
    return [this.curves.flatMap((c) => [`${this.what.x} (${c.name})`, `${this.what.y} (${c.name})`]),
      ...Array.from({length: n}, (_, i) => this.curves.flatMap((c) => [c.x[i], c.y[i]]))];
  }
}

function padded(a, b) {
  if (a === null || b === null) return [0, 1];
  const by = (b - a) * 0.05 || Math.abs(a) * 0.1 || 1;
  return [a - by, b + by];
}

// way draws a series of mode 2: a line, which null breaks, or points as small squares.
const way = (points) => (u, i) => {
  const line = new Path2D(), [x, y] = u.data[i], size = (x.length > 500 ? 2.5 : 4) * (devicePixelRatio || 1);
  let pen = false;
  for (let j = 0; j < x.length; j++) {
    if (x[j] === null || y[j] === null) { pen = false; continue; }
    const px = u.valToPos(x[j], "x", true), py = u.valToPos(y[j], "y", true);
    if (points || x.length === 1) line.rect(px - size / 2, py - size / 2, size, size);
    else if (pen) line.lineTo(px, py);
    else line.moveTo(px, py);
    pen = true;
  }
  return points || x.length === 1 ? {stroke: null, fill: line, flags: 1} : {stroke: line, fill: null, flags: 1};
};
