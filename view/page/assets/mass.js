import {css} from "./colours.js";
import {short} from "./words.js";

// nearest is the place of the time nearest to t; times rise.
function nearest(times, t) {
  let lo = 0, hi = times.length - 1;
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1;
    if (times[mid] <= t) lo = mid; else hi = mid;
  }
  return Math.abs(times[hi] - t) < Math.abs(times[lo] - t) ? hi : lo;
}

// Inertia draws the mass matrix of the first model at one time: of two coordinates the velocities of one kinetic energy,
// {v : vᵀMv = 1}, in units of typical ones; of more its eigenvalues as bars.
export class Inertia {
  constructor(canvas, about) {
    Object.assign(this, {canvas, about, mass: null, time: 0});
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  // show takes the mass matrices along a path, or null; the scale of the picture is that of all of them.
  show(mass) {
    this.mass = mass;
    this.canvas.parentElement.hidden = !mass || this.about.d < 2;
    if (!mass) return;
    const all = mass.eigen.flat().filter((w) => w > 0);
    [this.least, this.most] = [Math.min(...all), Math.max(...all)];
  }

  // at is the place among the times of what is drawn.
  at(time) { return nearest(this.mass.t, time); }

  draw(time = this.time) {
    this.time = time;
    const {canvas, mass} = this;
    if (!mass || canvas.parentElement.hidden) return;
    const ratio = devicePixelRatio || 1, w = canvas.clientWidth, h = canvas.clientHeight, c = canvas.getContext("2d");
    const [W, H] = [Math.round(w * ratio), Math.round(h * ratio)];
    if (canvas.width !== W || canvas.height !== H) { canvas.width = W; canvas.height = H; }
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, w, h);
    c.font = "12px system-ui, sans-serif";
    const i = this.at(time), values = mass.eigen[i];
    canvas.setAttribute("aria-label", `Eigenvalues of the mass matrix: ${values.map(short).join(", ")}`);
    if (this.about.d === 2) this.ellipse(c, w, h, i);
    else this.bars(c, w, h, values);
  }

  // ellipse draws that of time i in front of those of other times.
  ellipse(c, w, h, i) {
    const {mass: {m, speed, eigen}, about: {coordinates}} = this, n = m.length, mid = [w / 2, h / 2];
    const s = 0.42 * Math.min(w, h) * Math.sqrt(this.least);
    c.strokeStyle = css("line");
    c.lineWidth = 1;
    c.beginPath(); c.moveTo(8, mid[1]); c.lineTo(w - 8, mid[1]); c.moveTo(mid[0], 8); c.lineTo(mid[0], h - 8); c.stroke();
    c.fillStyle = css("quiet");
    const [x, y] = coordinates.map((k) => k.velocity_name);
    c.fillText(x, w - 10 - c.measureText(x).width, mid[1] - 5);
    c.fillText(y, mid[0] + 6, 16);
    const turn = (j) => {
      if (!(eigen[j][0] > 0)) return;
      const [a, b, d] = [m[j][0] * speed[0] ** 2, m[j][1] * speed[0] * speed[1], m[j][3] * speed[1] ** 2];
      c.beginPath();
      for (let k = 0; k <= 72; k++) { // v along each direction, as far as vᵀMv = 1
        const [p, q] = [Math.cos(k * Math.PI / 36), Math.sin(k * Math.PI / 36)], r = s / Math.sqrt(a * p * p + 2 * b * p * q + d * q * q);
        c.lineTo(mid[0] + r * p, mid[1] - r * q);
      }
      c.stroke();
    };
    for (let j = 0; j < n; j += Math.ceil(n / 12)) turn(j);
    c.strokeStyle = css("learned");
    c.lineWidth = 2.5;
    turn(i);
  }

  // bars are the eigenvalues on a logarithmic axis, which ends at the least and the largest of all times; what is not
  // positive has no place there and is a mark of its own.
  bars(c, w, h, values) {
    const decades = Math.max(1e-9, Math.log10(this.most / this.least)), each = (w - 16) / values.length, foot = h - 20;
    const y = (x) => foot - (0.12 + 0.88 * Math.log10(x / this.least) / decades) * (foot - 18);
    c.strokeStyle = css("line");
    c.beginPath(); c.moveTo(8, foot); c.lineTo(w - 8, foot); c.stroke();
    values.forEach((x, k) => {
      const left = 8 + each * (k + 0.15), wide = each * 0.7;
      c.fillStyle = css(x > 0 ? "learned" : "bad");
      if (x > 0) c.fillRect(left, y(x), wide, foot - y(x));
      else c.fillRect(left, foot, wide, 8);
    });
    c.fillStyle = css("quiet");
    c.fillText(short(values[0]), 8, h - 5);
    const top = short(values[values.length - 1]);
    c.fillText(top, w - 8 - c.measureText(top).width, 14);
  }
}
