import {css, looks} from "./colours.js";

// A mechanism is drawn by its kind: points(q) are the places of what can be taken by hand, in its own coordinates with y
// upward, and draw(pen, q) is all of it. own(i) are the coordinates that place i moves by.

// gap is how far from its place an arrow begins, in pixels.
const gap = 24;

const angle = (q, c) => c.period ? q * 2 * Math.PI / c.period : q;

function chain(of, coordinates, relative) {
  const turn = (q) => {
    let sum = 0;
    return of.map((k) => (relative ? (sum += angle(q[k], coordinates[k])) : angle(q[k], coordinates[k])));
  };
  const points = (q) => {
    let x = 0, y = 0;
    return turn(q).map((a) => [x += Math.sin(a), y -= Math.cos(a)]);
  };
  return {
    points, own: (i) => [of[i]], box: () => [-of.length * 1.12, -of.length * 1.12, of.length * 1.12, of.length * 1.12],
    draw(pen, q) {
      const p = points(q);
      pen.line([[0, 0], ...p]);
      pen.pivot(0, 0);
      for (const [x, y] of p) pen.bob(x, y, Math.max(2.5, Math.min(9, 0.16 * pen.scale)));
    },
    place(q, i, x, y) { // the angle at which rod i points to where the hand is
      const c = coordinates[of[i]], [px, py] = i ? points(q)[i - 1] : [0, 0];
      let a = Math.atan2(x - px, py - y);
      if (relative && i) a -= turn(q)[i - 1];
      const period = c.period || 2 * Math.PI, to = a * period / (2 * Math.PI);
      q[of[i]] += to - q[of[i]] - period * Math.round((to - q[of[i]]) / period);
    },
    trail: [of.length - 1],
  };
}

function cartpole([x, k], coordinates, far) {
  const points = (q) => {
    const a = angle(q[k], coordinates[k]);
    return [[q[x], 0], [q[x] + Math.sin(a), -Math.cos(a)]];
  };
  return {
    points, own: (i) => [[x], [k]][i], box: () => [far[x][0] - 1.2, -1.25, far[x][1] + 1.2, 1.25], trail: [1],
    draw(pen, q) {
      const [[cx], bob] = points(q);
      pen.thin([[far[x][0] - 9, -0.16], [far[x][1] + 9, -0.16]]);
      pen.box(cx - 0.25, -0.14, 0.5, 0.28);
      pen.line([[cx, 0], bob]);
      pen.bob(...bob, 9);
    },
    place(q, i, px, py) {
      if (i === 0) { q[x] = px; return; }
      const c = coordinates[k], period = c.period || 2 * Math.PI;
      const to = Math.atan2(px - q[x], -py) * period / (2 * Math.PI);
      q[k] += to - q[k] - period * Math.round((to - q[k]) / period);
    },
  };
}

function springs(of, coordinates, far) {
  const reach = Math.max(...of.map((k) => Math.max(Math.abs(far[k][0]), Math.abs(far[k][1])))) || 1, s = 2.4 * reach;
  const points = (q) => of.map((k, i) => [(i + 1) * s + q[k], 0]);
  return {
    points, own: (i) => [of[i]], box: () => [-0.2 * s, -s, (of.length + 0.8) * s, s],
    draw(pen, q) {
      let at = 0;
      pen.line([[0, -0.35 * s], [0, 0.35 * s]]);
      for (const [x] of points(q)) {
        const zig = [[at, 0]];
        for (let j = 1; j < 16; j++) zig.push([at + (x - 0.1 * s - at) * j / 16, (j % 2 ? 1 : -1) * 0.07 * s]);
        pen.thin([...zig, [x - 0.1 * s, 0]]);
        pen.box(x - 0.1 * s, -0.12 * s, 0.2 * s, 0.24 * s);
        at = x;
      }
    },
    place(q, i, x) { q[of[i]] = x - (i + 1) * s; }, trail: [],
  };
}

function polar([r, k], coordinates, far) {
  const reach = 1.15 * Math.max(Math.abs(far[r][0]), Math.abs(far[r][1]));
  const points = (q) => [[q[r] * Math.cos(angle(q[k], coordinates[k])), q[r] * Math.sin(angle(q[k], coordinates[k]))]];
  return {
    points, own: () => [r, k], box: () => [-reach, -reach, reach, reach], trail: [0],
    draw(pen, q) { pen.pivot(0, 0); pen.thin([[0, 0], points(q)[0]]); pen.bob(...points(q)[0], 9); },
    place(q, i, x, y) {
      const period = coordinates[k].period || 2 * Math.PI, to = Math.atan2(y, x) * period / (2 * Math.PI);
      q[r] = Math.max(Math.hypot(x, y), 0.02 * reach);
      q[k] += to - q[k] - period * Math.round((to - q[k]) / period);
    },
  };
}

function spherical([t, f], coordinates) {
  const points = (q) => {
    const a = angle(q[t], coordinates[t]), b = angle(q[f], coordinates[f]);
    const x = Math.sin(a) * Math.cos(b), y = Math.sin(a) * Math.sin(b), z = -Math.cos(a);
    return [[x + 0.35 * y, z + 0.35 * y]]; // seen from above and aside
  };
  return {
    points, own: () => [t, f], box: () => [-1.3, -1.4, 1.3, 1.4], trail: [0],
    draw(pen, q) {
      const ring = [];
      for (let j = 0; j <= 48; j++) {
        const b = j * Math.PI / 24;
        ring.push([Math.cos(b) + 0.35 * Math.sin(b), 0.35 * Math.sin(b)]);
      }
      pen.thin(ring); pen.thin([[0, 0], [0, -1]]); pen.line([[0, 0], points(q)[0]]); pen.pivot(0, 0);
      pen.bob(...points(q)[0], 9);
    },
  };
}

function bodies(of, coordinates, far) {
  const reach = 1.15 * Math.max(...of.map((k) => Math.max(Math.abs(far[k][0]), Math.abs(far[k][1]))));
  const points = (q) => of.filter((_, j) => j % 2 === 0).map((k, i) => [q[of[2 * i]], q[of[2 * i + 1]]]);
  return {
    points, own: (i) => [of[2 * i], of[2 * i + 1]], box: () => [-reach, -reach, reach, reach],
    trail: of.filter((_, j) => j % 2 === 0).map((_, i) => i).slice(0, 8),
    draw(pen, q) { for (const p of points(q)) pen.bob(...p, 8); },
    place(q, i, x, y) { q[of[2 * i]] = x; q[of[2 * i + 1]] = y; },
  };
}

// sites are values on a circle, a line or a grid; height is how far a value of typical size goes.
function sites(kind, of, coordinates, far, grid) {
  const n = of.length, size = Math.max(...of.map((k) => Math.max(Math.abs(far[k][0]), Math.abs(far[k][1])))) || 1;
  if (grid && grid.length > 1) {
    const [w, h] = grid;
    return {
      points: () => [], own: () => [], box: () => [-0.5, -0.5, w + 0.5, h + 0.5], trail: [],
      draw(pen, q) { of.forEach((k, j) => pen.cell(j % w, Math.floor(j / w) % h, q[k] / size)); },
    };
  }
  const spot = (j, x) => {
    if (kind !== "ring") return [j, n * 0.25 * x];
    const a = 2 * Math.PI * j / n, r = 1 + 0.4 * x;
    return [r * Math.sin(a), r * Math.cos(a)];
  };
  const points = (q) => of.map((k, j) => spot(j, q[k] / size));
  return {
    points, own: (i) => [of[i]], trail: [],
    box: () => kind === "ring" ? [-1.5, -1.5, 1.5, 1.5] : [-0.5, -0.3 * n, n - 0.5, 0.3 * n],
    draw(pen, q) {
      const rest = of.map((_, j) => spot(j, 0)), p = points(q), closed = (x) => kind === "ring" ? [...x, x[0]] : x;
      pen.thin(closed(rest));
      if (kind === "bars") p.forEach((to, j) => pen.line([rest[j], to]));
      else pen.line(closed(p));
      if (n <= 40) for (const [x, y] of p) pen.bob(x, y, 4);
    },
    place(q, i, x, y) {
      q[of[i]] = size * (kind === "ring" ? (Math.hypot(x, y) - 1) / 0.4 : y / (n * 0.25));
    },
  };
}

function kindOf({kind, of, grid}, coordinates, far) {
  switch (kind) {
  case "chain": return chain(of, coordinates, false);
  case "joints": return chain(of, coordinates, true);
  case "cartpole": return cartpole(of, coordinates, far);
  case "spring": return springs(of, coordinates, far);
  case "polar": return polar(of, coordinates, far);
  case "spherical": return spherical(of, coordinates);
  case "bodies": return bodies(of, coordinates, far);
  default: return sites(kind, of, coordinates, far, grid);
  }
}

// at is the state of a path at a time, by straight lines; null where the path has ended.
export function at(path, t, of = "q") {
  const T = path.t, n = T.length;
  if (!n || t > T[n - 1] + 1e-9 * Math.abs(T[n - 1]) + 1e-12) return null;
  let lo = 0, hi = n - 1;
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1;
    if (T[mid] <= t) lo = mid; else hi = mid;
  }
  const c = hi > lo ? Math.min(1, Math.max(0, (t - T[lo]) / (T[hi] - T[lo]))) : 0;
  return path[of].map((x) => x[lo] + c * (x[hi] - x[lo]));
}

// behind are paths with their places, in the order in which they are drawn: a baseline is behind the others.
export const behind = (paths) => {
  const all = paths.map((p, i) => [p, i]), is = ([p]) => p.kind === "baseline";
  return [...all.filter(is), ...all.filter((x) => !is(x))];
};

// Mechanism draws all paths of a motion at one time, and lets a hand set its start.
export class Mechanism {
  constructor(canvas, about, changed) {
    Object.assign(this, {canvas, about, changed, apart: false, held: null, time: 0, hints: true});
    this.pen = canvas.getContext("2d");
    new ResizeObserver(() => this.draw()).observe(canvas);
    canvas.addEventListener("pointerdown", (e) => this.take(e));
    canvas.addEventListener("pointermove", (e) => this.move(e));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => this.leave());
  }

  // show takes a motion; while a hand holds it the frame stays.
  show(motion) {
    this.motion = motion;
    this.looks = looks(motion.paths);
    if (this.held && this.kind) return;
    const d = this.about.d, far = Array.from({length: d}, (_, k) => [motion.start.q[k], motion.start.q[k]]);
    for (const p of motion.paths) {
      if (p.kind === "baseline") continue; // it may go anywhere
      p.q.forEach((x, k) => {
        for (const y of x) if (y !== null) { far[k][0] = Math.min(far[k][0], y); far[k][1] = Math.max(far[k][1], y); }
      });
    }
    const size = (k) => this.about.coordinates[k].size;
    far.forEach((f, k) => { // a path that blows up does not shrink the others to a point
      const most = Math.max(8 * size(k), Math.abs(motion.start.q[k]));
      f[0] = Math.max(f[0], -most - 1e-9); f[1] = Math.min(f[1], most + 1e-9);
    });
    this.kind = kindOf(this.about.drawing, this.about.coordinates, far);
    this.box = this.kind.box();
    this.arrow = this.arrowScale();
  }

  // arrowScale is the time by which arrows show velocities: typical ones go a fifth of the picture.
  arrowScale() {
    const q = this.motion.start.q, v = this.about.coordinates.map((c) => c.speed);
    const speed = Math.max(1e-12, ...this.kind.points(q).map((_, i) => Math.hypot(...this.speed(q, v, i))));
    return 0.2 * (this.box[3] - this.box[1]) / speed;
  }

  // speed is the velocity of place i.
  speed(q, v, i) {
    const e = 1e-6, a = this.kind.points(q.map((x, k) => x - e * v[k]))[i], b = this.kind.points(q.map((x, k) => x + e * v[k]))[i];
    return [(b[0] - a[0]) / 2 / e, (b[1] - a[1]) / 2 / e];
  }

  // frame is the map from the picture to pixels, of part i of n.
  frame(i, n) {
    const w = this.canvas.clientWidth, h = this.canvas.clientHeight, [x0, y0, x1, y1] = this.box;
    const across = w > 1.2 * h ? n : 1, down = Math.ceil(n / across);
    const cw = w / across, ch = h / down, s = Math.min(cw / (x1 - x0), ch / (y1 - y0));
    const cx = (i % across + 0.5) * cw, cy = (Math.floor(i / across) + 0.5) * ch;
    return {s, x: (x) => cx + s * (x - (x0 + x1) / 2), y: (y) => cy - s * (y - (y0 + y1) / 2),
      back: (px, py) => [(px - cx) / s + (x0 + x1) / 2, (y0 + y1) / 2 - (py - cy) / s], top: cy - ch / 2, left: cx - cw / 2,
      width: cw, height: ch};
  }

  paper(f, stroke, width, dash) {
    const c = this.pen, way = (p) => {
      c.beginPath();
      p.forEach(([x, y], i) => i ? c.lineTo(f.x(x), f.y(y)) : c.moveTo(f.x(x), f.y(y)));
      c.stroke();
    };
    c.strokeStyle = c.fillStyle = stroke;
    c.lineJoin = "round";
    return {
      scale: f.s,
      line(p) { c.lineWidth = width; c.setLineDash(dash); way(p); c.setLineDash([]); },
      thin(p) { c.lineWidth = 1; way(p); },
      bob(x, y, r) { c.beginPath(); c.arc(f.x(x), f.y(y), r, 0, 7); c.fill(); },
      pivot(x, y) { c.beginPath(); c.arc(f.x(x), f.y(y), 4, 0, 7); c.stroke(); },
      box(x, y, w, h) { c.lineWidth = width; c.strokeRect(f.x(x), f.y(y + h), w * f.s, h * f.s); },
      cell(i, j, x) {
        c.fillStyle = x > 0 ? css("baseline") : css("learned");
        c.globalAlpha = Math.min(1, Math.abs(x));
        c.fillRect(f.x(i - 0.5), f.y(j + 0.5), f.s + 0.5, f.s + 0.5);
        c.globalAlpha = 1;
      },
    };
  }

  draw(time = this.time) {
    this.time = time;
    const {canvas, pen, motion} = this, ratio = devicePixelRatio || 1;
    if (!motion) return;
    const w = Math.round(canvas.clientWidth * ratio), h = Math.round(canvas.clientHeight * ratio);
    if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, w, h);
    const n = this.apart ? motion.paths.length : 1;
    behind(motion.paths).forEach(([p, i]) => {
      const f = this.frame(this.apart ? i : 0, n), look = this.looks[i];
      this.trail(f, p, look.stroke);
      const q = at(p, time);
      pen.globalAlpha = p.kind === "baseline" && !this.apart ? 0.7 : 1;
      if (q) this.kind.draw(this.paper(f, look.stroke, look.width + 1, look.dash), q);
      pen.globalAlpha = 1;
      if (this.apart || !q) this.name(f, p, look.stroke, q ? "" : " has ended", this.apart ? 0 : i);
    });
    if (time <= motion.paths[0].t[0] + 1e-9 && this.hints) this.arrows();
  }

  name(f, p, stroke, more, i) {
    this.pen.fillStyle = stroke;
    this.pen.font = "14px system-ui, sans-serif";
    this.pen.fillText(p.name + more, f.left + 10, f.top + 22 + 20 * i, f.width - 20);
  }

  // trail is where places came from lately.
  trail(f, p, stroke) {
    const c = this.pen, span = this.motion.span * 0.12, n = 60;
    c.strokeStyle = stroke;
    c.lineWidth = 1.2;
    for (const i of this.kind.trail) {
      let last = null;
      for (let j = 0; j <= n; j++) {
        const t = this.time - span * (1 - j / n), q = t >= p.t[0] ? at(p, t) : null;
        const here = q && this.kind.points(q)[i];
        if (here && last) {
          c.globalAlpha = 0.6 * j / n;
          c.beginPath(); c.moveTo(f.x(last[0]), f.y(last[1])); c.lineTo(f.x(here[0]), f.y(here[1])); c.stroke();
        }
        last = here;
      }
    }
    c.globalAlpha = 1;
  }

  // tips are the ends of the arrows of velocity at the start, in pixels. An arrow begins beside its place, so that a hand
  // finds the one of what rests, too: that points to where its first coordinate grows.
  tips(q, v, f) {
    if (this.kind.points(q).length > 12) return [];
    return this.kind.points(q).map(([x, y], i) => {
      const w = this.speed(q, v, i), [ux, uy] = this.columns(q, i)[0], long = f.s * this.arrow * Math.hypot(...w);
      let [dx, dy] = long > 1 ? w : [ux, uy];
      const n = Math.hypot(dx, dy) || 1;
      [dx, dy] = [dx / n, dy / n];
      const at = (far) => [f.x(x) + far * dx, f.y(y) - far * dy];
      return {tail: at(gap - 8), tip: at(gap + Math.min(long, 0.45 * Math.min(f.width, f.height)))};
    });
  }

  arrows() {
    const {q, v} = this.motion.start, f = this.frame(0, this.apart ? this.motion.paths.length : 1), c = this.pen;
    c.strokeStyle = c.fillStyle = css("good");
    c.lineWidth = 2.5;
    for (const {tail: [x0, y0], tip: [x1, y1]} of this.tips(q, v, f)) {
      const a = Math.atan2(y1 - y0, x1 - x0);
      c.beginPath(); c.moveTo(x0, y0); c.lineTo(x1, y1); c.stroke();
      c.beginPath();
      c.moveTo(x1 + 7 * Math.cos(a), y1 + 7 * Math.sin(a));
      for (const b of [2.4, -2.4]) c.lineTo(x1 + 8 * Math.cos(a + b), y1 + 8 * Math.sin(a + b));
      c.fill();
    }
  }

  hand(e) {
    const r = this.canvas.getBoundingClientRect();
    return [e.clientX - r.left, e.clientY - r.top];
  }

  // take grips the nearest place, or tip of an arrow, of what moves; its state there is the new start.
  take(e) {
    if (!this.changed || !this.motion) return;
    const first = this.motion.paths[0].t[0], lead = this.motion.paths.find((p) => p.kind === "learned") || this.motion.paths[0];
    let {q, v} = this.motion.start;
    if (this.time > first + 1e-9 && lead.v.length === this.about.d) {
      [q, v] = [at(lead, this.time), at(lead, this.time, "v")];
      if (!q) return;
    }
    const f = this.frame(0, this.apart ? this.motion.paths.length : 1), [x, y] = this.hand(e);
    let best = 26, held = null;
    const near = (list, what) => list.forEach(([px, py], i) => {
      const far = Math.hypot(px - x, py - y);
      if (far < best) { best = far; held = {what, i}; }
    });
    near(this.kind.points(q).map(([px, py]) => [f.x(px), f.y(py)]), "q");
    if (this.time <= first + 1e-9) near(this.tips(q, v, f).map((a) => a.tip), "v");
    if (!held) return;
    e.preventDefault();
    this.canvas.setPointerCapture(e.pointerId);
    this.held = {...held, f, q: [...q], v: [...v]};
    this.canvas.style.cursor = "grabbing";
  }

  move(e) {
    const h = this.held;
    if (!h) return;
    const [x, y] = h.f.back(...this.hand(e));
    if (h.what === "v") this.aim(h, x, y);
    else if (this.kind.place) this.kind.place(h.q, h.i, x, y);
    else this.settle(h, x, y);
    this.changed({q: [...h.q], v: [...h.v], u: this.motion.start.u});
  }

  leave() {
    this.canvas.style.cursor = "";
    if (!this.held) return;
    const {q, v} = this.held;
    this.held = null;
    this.changed({q, v, u: this.motion.start.u}, true);
  }

  // columns are the changes of place i by each of its own coordinates.
  columns(q, i) {
    return this.kind.own(i).map((k) => this.speed(q, q.map((_, j) => j === k ? 1 : 0), i));
  }

  // solve is the least squares solution of Σ a_k x_k = b, damped a little where the place does not move.
  solve(a, [bx, by]) {
    const e = 1e-9 + 1e-6 * Math.max(...a.map(([x, y]) => x * x + y * y));
    if (a.length === 1) return [(a[0][0] * bx + a[0][1] * by) / (a[0][0] ** 2 + a[0][1] ** 2 + e)];
    const [[p, q], [r, s]] = a, A = p * p + q * q + e, B = p * r + q * s, C = r * r + s * s + e;
    const f = p * bx + q * by, g = r * bx + s * by, det = A * C - B * B;
    return [(C * f - B * g) / det, (A * g - B * f) / det];
  }

  // aim sets the velocities of a place so that its arrow ends at x, y.
  aim(h, x, y) {
    const own = this.kind.own(h.i), p = this.kind.points(h.q)[h.i];
    const rest = this.speed(h.q, h.v.map((w, k) => own.includes(k) ? 0 : w), h.i);
    const far = Math.hypot(x - p[0], y - p[1]), long = Math.max(0, 1 - gap / h.f.s / Math.max(far, 1e-12)) / this.arrow;
    const want = [(x - p[0]) * long - rest[0], (y - p[1]) * long - rest[1]];
    this.solve(this.columns(h.q, h.i), want).forEach((w, j) => { h.v[own[j]] = w; });
  }

  // settle moves a place to x, y by a few steps of Gauss and Newton.
  settle(h, x, y) {
    const own = this.kind.own(h.i);
    for (let n = 0; n < 8; n++) {
      const p = this.kind.points(h.q)[h.i];
      this.solve(this.columns(h.q, h.i), [x - p[0], y - p[1]]).forEach((w, j) => {
        h.q[own[j]] += Math.max(-0.3, Math.min(0.3, w));
      });
    }
  }
}
