import {css, looks} from "./colours.js";
import {at, behind} from "./mechanism.js";

// A film is an SVG that moves: each shape of the mechanism is one element, whose attributes go through their values frame
// by frame. It needs no script, so it shows wherever pictures do.

const width = 480, height = 400, each = 25; // frames a second

const round = (x) => Number.isFinite(x) ? String(Math.round(x * 10) / 10) : "0";

// sheet takes the strokes of a mechanism as shapes.
function sheet(f, stroke, thick, dash, shapes) {
  const way = (p) => p.map(([x, y], i) => (i ? "L" : "M") + round(f.x(x)) + " " + round(f.y(y))).join("");
  const line = (p, w, d) => shapes.push({tag: "path", d: way(p), fill: "none", stroke, "stroke-width": w,
    "stroke-linejoin": "round", ...(d && d.length ? {"stroke-dasharray": d.join(" ")} : {})});
  return {
    scale: f.s,
    line: (p) => line(p, thick, dash), thin: (p) => line(p, 1),
    trail: (p) => { line(p, 1.2); shapes[shapes.length - 1].opacity = 0.5; },
    bob: (x, y, r) => shapes.push({tag: "circle", cx: round(f.x(x)), cy: round(f.y(y)), r, fill: stroke}),
    pivot: (x, y) => shapes.push({tag: "circle", cx: round(f.x(x)), cy: round(f.y(y)), r: 4, fill: "none", stroke}),
    box: (x, y, w, h) => shapes.push({tag: "rect", x: round(f.x(x)), y: round(f.y(y + h)), width: round(w * f.s), height: round(h * f.s),
      fill: "none", stroke, "stroke-width": thick}),
    cell: (i, j, x) => shapes.push({tag: "rect", x: round(f.x(i - 0.5)), y: round(f.y(j + 0.5)), width: round(f.s + 0.5), height: round(f.s + 0.5),
      fill: css(x > 0 ? "baseline" : "learned"), "fill-opacity": String(Math.round(100 * Math.min(1, Math.abs(x))) / 100)}),
  };
}

// shot is all shapes at one time; a path that has ended stays as it was last.
function shot(mechanism, f, t, span) {
  const {motion, kind} = mechanism, marks = looks(motion.paths), shapes = [];
  behind(motion.paths).forEach(([p, i]) => {
    const ends = p.t[p.t.length - 1], then = Math.min(t, ends), pen = sheet(f, marks[i].stroke, marks[i].width + 1, marks[i].dash, shapes);
    for (const k of kind.trail) {
      pen.trail(Array.from({length: 21}, (_, j) => kind.points(at(p, Math.max(p.t[0], then - span * 0.12 * (1 - j / 20))))[k]));
    }
    kind.draw(pen, at(p, then));
  });
  return shapes;
}

const quote = (x) => String(x).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

// film is the SVG of a motion that takes so many seconds.
export function film(mechanism, seconds) {
  const {motion} = mechanism, n = Math.max(2, Math.min(300, Math.round(seconds * each))), begin = motion.paths[0].t[0];
  const rows = motion.paths.length, [x0, y0, x1, y1] = mechanism.box, s = Math.min(width / (x1 - x0), height / (y1 - y0));
  const f = {s, x: (x) => width / 2 + s * (x - (x0 + x1) / 2), y: (y) => height / 2 - s * (y - (y0 + y1) / 2)};
  const frames = Array.from({length: n}, (_, i) => shot(mechanism, f, begin + motion.span * i / (n - 1), motion.span));
  const out = [`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + 20 * rows + 8}" viewBox="0 0 ${width} ${height + 20 * rows + 8}" font-family="sans-serif" font-size="13">`,
    `<rect width="100%" height="100%" fill="${css("card")}"/>`];
  frames[0].forEach((shape, i) => {
    const fixed = [], moves = [];
    for (const name of Object.keys(shape)) {
      if (name === "tag") continue;
      const values = frames.map((x) => x[i][name]);
      fixed.push(`${name}="${values[0]}"`);
      if (values.some((v) => v !== values[0])) {
        moves.push(`<animate attributeName="${name}" dur="${round(seconds)}s" repeatCount="indefinite" values="${values.join(";")}"/>`);
      }
    }
    out.push(`<${shape.tag} ${fixed.join(" ")}>${moves.join("")}</${shape.tag}>`);
  });
  looks(motion.paths).forEach((k, i) => {
    const y = height + 20 * i + 8;
    out.push(`<path d="M12 ${y}h28" stroke="${k.stroke}" stroke-width="3" stroke-dasharray="${k.dash.join(" ")}"/>`,
      `<text x="48" y="${y + 4}" fill="${css("ink")}">${quote(motion.paths[i].name)}</text>`);
  });
  return out.join("\n") + "\n</svg>\n";
}
