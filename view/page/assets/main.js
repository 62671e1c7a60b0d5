import {asked, note} from "./link.js";
import {about, live, frozenTrajectories, motion, recording, verdicts, plots, explained, histories, comparison, from, drop} from "./source.js";
import {looks} from "./colours.js";
import {themed} from "./theme.js";
import {Mechanism, at} from "./mechanism.js";
import {Plot, TimePlot} from "./plots.js";
import {film} from "./film.js";
import {Inertia} from "./mass.js";
import {listed, make, save, short, table} from "./words.js";

const id = (name) => document.getElementById(name);
const link = asked();
const curves = Math.min(6, about.d);

// What is shown: a motion, where its time stands, and whether a hand has set its start.
const page = {motion: null, set: null, playing: false, speed: 1, charts: [], others: []};
const clock = {time: 0, go: (t) => seek(t)};

function problem(e) {
  id("problem").hidden = !e;
  id("problem").textContent = e ? e.message : "";
}

themed(() => {
  for (const c of [...page.charts, ...page.others]) c.key = null; // their colours are drawn
  if (page.motion) show(page.motion);
  for (const c of page.others) c.show(c.what.series);
});

// --- what is told of the scene

id("about").textContent = [
  about.models && "model " + about.models.join(", "),
  about.rows && `${about.rows.toLocaleString("en")} rows in ${about.trajectories.length === 1 ? "one trajectory" : about.trajectories.length + " trajectories"}`,
  about.truth && "the motion is that of the built-in system: " + about.truth,
  about.smoothed && "motions begin at smoothed states",
].filter(Boolean).join(" · ");

const marks = {good: "✓", care: "!", bad: "✗"};
async function judge() {
  const list = await verdicts() || [];
  id("verdicts").replaceChildren(...list.map((v) => make("article", {className: "verdict " + v.level},
    make("h2", {textContent: list.length > 1 ? `${v.name}: ${v.headline}` : v.headline}),
    make("ul", {}, ...v.sentences.map((s) => {
      const li = make("li", {className: s.level}, s.says);
      li.dataset.mark = marks[s.level];
      if (s.do) li.append(" ", make("span", {className: "do", textContent: "What helps: " + s.do + "."}));
      return li;
    })))));
  if (!list.length) id("verdicts").replaceChildren(make("p", {className: "quiet", textContent: "No model is open, only the recording: lagrange train learns one."}));
  id("learned").hidden = !list.length;
  id("facts").replaceChildren(...list.map((v) => make("div", {},
    make("h3", {textContent: v.name}), ...(v.scores.rows ? [table(v.scores)] : []),
    make("dl", {}, ...listed(v.facts)))));
}

// explain adds what takes a search to each model's facts.
async function explain() {
  const list = await explained() || [];
  list.forEach((x, i) => id("facts").children[i]?.querySelector("dl").append(
    ...listed(x.facts)));
}

async function errors() {
  const list = await plots();
  if (!list || !list.length) return;
  id("errors").hidden = false;
  for (const p of list) page.others.push(new Plot(id("judged"), p));
}

// trained shows how the models came to be, and what differs between them.
async function trained() {
  const list = await histories() || [];
  for (const p of list) page.others.push(new Plot(id("histories"), p));
  const c = about.models?.length > 1 && await comparison();
  if (c) id("differences").replaceChildren(table(c.table), make("dl", {}, ...listed(c.notes || []),
    ...listed((c.same || []).length ? [{name: "the same of all", says: c.same.map((f) => `${f.name} ${f.says}`).join("; ")}] : [])));
  id("trained").hidden = !list.length && !c;
}

async function whole() {
  if (!about.trajectories) return;
  id("recorded").hidden = false;
  const p = await recording(chosen());
  for (const c of page.others.filter((c) => c.name === "recording")) c.card.remove();
  page.others = page.others.filter((c) => c.name !== "recording");
  page.others.push(new Plot(id("whole"), p));
}

// --- the motion

const mechanism = new Mechanism(id("drawing"), about, live ? (start, done) => set(start, done) : null);
mechanism.apart = id("apart").checked = link.get("apart") === "1";
id("apart").onchange = () => {
  mechanism.apart = id("apart").checked;
  note({apart: mechanism.apart ? 1 : null});
  mechanism.draw(clock.time);
};

const inertia = new Inertia(id("inertia"), about);

const begin = () => page.motion.paths[0].t[0] ?? 0;
const end = () => begin() + page.motion.span;

function show(m) {
  const first = !page.motion || page.title !== m.title || begin() !== m.paths[0].t[0];
  page.motion = m;
  page.title = m.title;
  mechanism.show(m);
  inertia.show(m.mass);
  outside(m);
  const marks = looks(m.paths);
  id("legend").replaceChildren(...m.paths.map((p, i) => {
    const s = make("span", {textContent: p.name});
    s.style.setProperty("--of", marks[i].stroke);
    s.style.setProperty("--dash", marks[i].dash.length ? "dashed" : "solid");
    return s;
  }));
  id("problems").replaceChildren(...m.paths.filter((p) => p.problem).map((p) => make("li", {textContent: `${p.name}: ${p.problem}`})));
  draw(m);
  inputs(m.start);
  seek(first ? begin() : Math.min(clock.time, end()));
}

// outside says when the motion is beyond what was learned from: the strips of the plots.
function outside(m) {
  const spans = m.beyond || [], unit = about.time_unit || "", of = m.paths[0].kind === "recorded" ? "The recording" : "The motion";
  id("beyond").hidden = !spans.length;
  id("beyond").textContent = `${of} leaves what the model has learned from at the times of the strips: ` +
    spans.slice(0, 4).map(([a, b]) => `${short(a)} to ${short(b)} ${unit}`.trim()).join(", ") + (spans.length > 4 ? ", …" : "") + ".";
}

const shaded = (range) => range && "Shaded: beyond what the model has learned from.";

// draw gives each plot its curves, and makes the plots where there are none yet.
function draw(m) {
  const over = (what, take) => ({what, curves: m.paths.map((p) => take(p)).filter((c) => c && c.y && c.y.length)});
  const curve = (p, y, sd) => ({name: p.name, kind: p.kind, x: p.t, y,
    ...(sd ? {low: y.map((v, i) => v - 2 * sd[i]), high: y.map((v, i) => v + 2 * sd[i])} : {})});
  const all = [];
  for (let k = 0; k < curves; k++) {
    const c = about.coordinates[k], times = {x: about.time};
    all.push(over({...times, name: "q-" + c.name, title: c.name, y: c.label, learned: c.learned_q, says: shaded(c.learned_q)}, (p) => curve(p, p.q[k], p.sd_q?.[k])));
    all.push(over({...times, name: "v-" + c.name, title: c.velocity_name, y: c.velocity, learned: c.learned_v, says: shaded(c.learned_v)}, (p) => p.v[k] && curve(p, p.v[k], p.sd_v?.[k])));
  }
  const change = (E) => E && E.map((x) => x - E[0]);
  all.push(over({x: about.time, name: "energy", title: "Change of the energy that was learned", y: "E − E₀, unit of the model",
    says: "Of a motion without friction and drive it stays 0."}, (p) => curve(p, change(p.energy))));
  all.push(over({x: about.time, name: "true-energy", title: "Change of the true energy", y: "E − E₀",
    says: "A motion that gains or loses it goes wrong."}, (p) => curve(p, change(p.true_energy))));
  for (let k = 0; k < Math.min(2, curves); k++) {
    const c = about.coordinates[k];
    all.push({phase: true, ...over({name: "phase-" + c.name, title: `Phase portrait: ${c.name}`, x: c.label, y: c.velocity},
      (p) => p.v[k] && ({name: p.name, kind: p.kind, x: p.q[k], y: p.v[k]}))});
  }
  for (const {what, curves, phase} of all) {
    if (!curves.length) continue;
    let c = page.charts.find((c) => c.name === what.name);
    if (!c) page.charts.push(c = phase ? new Plot(id("over-time"), what) : new TimePlot(id("over-time"), what, clock));
    c.show(curves, m.beyond);
  }
}

// seek goes to a time.
function seek(t) {
  clock.time = Math.max(begin(), Math.min(end(), t));
  mechanism.draw(clock.time);
  const share = page.motion.span > 0 ? (clock.time - begin()) / page.motion.span : 0;
  id("time").value = Math.round(1000 * share);
  id("now").textContent = `${short(clock.time)} ${about.time_unit || ""}`;
  id("time").setAttribute("aria-valuetext", id("now").textContent);
  for (const c of page.charts) c.tick?.();
  inertia.draw(clock.time);
  if (!page.playing) {
    numbers();
    mass();
    note({t: clock.time > begin() ? short(clock.time) : null});
  }
}

// numbers tells the state of every path at this time.
function numbers() {
  const few = about.coordinates.slice(0, 4), row = (tag, cells) => make("tr", {}, ...cells.map((c) => make(tag, {textContent: c})));
  id("at").replaceChildren(make("caption", {textContent: "At this time"}),
    make("thead", {}, row("th", ["", ...few.map((c) => c.label)])),
    make("tbody", {}, ...page.motion.paths.map((p) => {
      const q = at(p, clock.time);
      return row("td", [p.name, ...few.map((_, k) => q ? short(q[k]) : "ended")]);
    })));
}

// mass tells the mass matrix of the first model at this time.
function mass() {
  const m = page.motion.mass;
  id("mass").hidden = !m?.m;
  if (!m) return;
  const i = inertia.at(clock.time), d = about.d, w = m.eigen[i];
  const least = `${w[0] > 0 ? "" : "not positive definite, "}least eigenvalue ${short(w[0])} in units of typical velocities`;
  id("inertia-says").textContent = (d === 2 ? "Velocities of one kinetic energy: long where little mass moves." : "Eigenvalues of the mass matrix") +
    (m.m ? "" : `: ${least}.`);
  if (!m.m) return;
  const row = (tag, cells) => make("tr", {}, ...cells.map((c) => make(tag, {textContent: c})));
  id("mass").replaceChildren(make("caption", {textContent: `Mass matrix of ${about.models[0]} there, ${least}`}),
    make("thead", {}, row("th", ["", ...about.coordinates.map((c) => c.name)])),
    make("tbody", {}, ...about.coordinates.map((c, k) => row("td", [c.name, ...m.m[i].slice(k * d, k * d + d).map(short)]))));
}

let last = 0;
function frame(now) {
  if (!page.playing) return;
  const t = clock.time + page.speed * seconds() * Math.min(0.1, (now - last) / 1000);
  last = now;
  seek(t >= end() ? begin() : t);
  requestAnimationFrame(frame);
}

// seconds is how much of the recording's time passes in one second: as much as in life where its unit is one of time,
// unless the motion would take longer than a minute or less than four seconds.
function seconds() {
  const unit = {s: 1, "": 1, ms: 1e3, "µs": 1e6, us: 1e6, min: 1 / 60, h: 1 / 3600}[about.time_unit || ""] || 0;
  return Math.max(page.motion.span / 60, Math.min(page.motion.span / 4, unit || page.motion.span / 20));
}

function play(on) {
  page.playing = on;
  id("play").textContent = on ? "⏸ Pause" : "▶ Play";
  id("play").setAttribute("aria-pressed", on);
  if (on) {
    last = performance.now();
    requestAnimationFrame(frame);
  } else if (page.motion) seek(clock.time);
}
id("play").onclick = () => play(!page.playing);
id("film").onclick = () => save("motion.svg", "image/svg+xml", film(mechanism, page.motion.span / seconds() / page.speed));
id("time").oninput = () => { play(false); seek(begin() + page.motion.span * id("time").value / 1000); };
id("speed").onchange = () => { page.speed = +id("speed").value; note({speed: page.speed === 1 ? null : page.speed}); };
if (link.has("speed")) { id("speed").value = link.get("speed"); page.speed = +id("speed").value || 1; }

id("drawing").onkeydown = (e) => {
  const step = page.motion.span / 100;
  const does = {" ": () => play(!page.playing), ArrowRight: () => seek(clock.time + step), ArrowLeft: () => seek(clock.time - step),
    Home: () => seek(begin()), End: () => seek(end())}[e.key];
  if (does) { e.preventDefault(); does(); }
};

// --- the start

// set follows the models from another start: at once, and again when the hand lets go.
function set(start, done) {
  play(false);
  page.set = start;
  clock.time = 0;
  from(start, span(), (m) => { if (page.set) { problem(null); show(m); } }, problem);
  id("back").hidden = !about.trajectories;
  const exact = (x) => String(+x.toPrecision(7));
  if (done) note({q: start.q.map(exact).join(","), v: start.v.map(exact).join(","), trajectory: null, from: null});
}
const span = () => +id("span").value || about.span;

function inputs(start) {
  const focus = document.activeElement;
  if (id("numbers").contains(focus)) return; // it is being typed into
  const few = about.coordinates.slice(0, 6), fields = [];
  const field = (label, of, k) => {
    const i = make("input", {type: "number", step: "any", value: short(start[of][k]), disabled: !live});
    i.onchange = () => {
      if (!Number.isFinite(i.valueAsNumber)) return;
      const x = {q: [...start.q], v: [...start.v], u: start.u};
      x[of][k] = i.valueAsNumber;
      Object.assign(start, x);
      set(x, true);
    };
    fields.push(make("label", {}, label, i));
  };
  few.forEach((c, k) => { field(c.label, "q", k); field(c.velocity, "v", k); });
  (about.inputs || []).slice(0, 4).forEach((name, k) => { if (page.set) field(name, "u", k); });
  id("numbers").replaceChildren(...fields);
}

const chosen = () => +id("trajectory").value || 0;
let asking = null;
async function follow() {
  asking?.abort();
  asking = new AbortController();
  drop();
  page.set = null;
  id("back").hidden = true;
  const t = about.trajectories[chosen()], f = id("from").value;
  try {
    const m = await motion(chosen(), f === "" ? null : +f, +id("span").value, asking.signal);
    problem(null);
    id("from").value = short(m.paths[0].t[0]);
    id("span").value = short(m.span);
    note({trajectory: chosen() || null, from: m.paths[0].t[0] > t.from ? id("from").value : null, q: null, v: null,
      span: Math.abs(m.span - t.span) > 1e-3 * t.span ? id("span").value : null});
    show(m);
  } catch (e) {
    if (e.name !== "AbortError") problem(e);
  }
}
id("trajectory").onchange = () => { id("from").value = id("span").value = ""; follow(); whole().catch(problem); };
id("from").onchange = id("span").onchange = () => page.set || !about.trajectories ? set(page.set || page.motion.start, true) : follow();
id("back").onclick = follow;

if (!live) {
  id("how").textContent = "This file shows what was computed when it was written. Other starts are for lagrange serve.";
  for (const name of ["from", "span"]) id(name).disabled = true;
}
(about.trajectories || []).slice(0, frozenTrajectories).forEach((t, i) => id("trajectory").append(make("option", {value: i, textContent: t.id || i + 1})));
id("trajectory").parentElement.hidden = id("from").parentElement.hidden = !about.trajectories;
id("back").hidden = true;
if (link.has("trajectory") && live) id("trajectory").value = link.get("trajectory");
if (about.trajectories) id("from").value = link.get("from") ?? "";
id("span").value = link.get("span") ?? "";

async function open() {
  const list = (name) => link.has(name) ? link.get(name).split(",").map(Number) : null, q = list("q"), v = list("v");
  const t = link.get("t"), ok = (x) => x && x.length === about.d && x.every(Number.isFinite);
  if (live && ok(q)) set({q, v: ok(v) ? v : q.map(() => 0), u: about.start.u}, false);
  else if (about.trajectories) await follow();
  else if (live) { id("span").value ||= short(about.span); set(about.start, false); }
  else show(await motion(0));
  if (t && page.motion) seek(+t);
  document.documentElement.dataset.ready = "motion";
}
open().catch(problem).then(() => Promise.all([judge().then(explain), errors(), whole(), trained()])).catch(problem)
  .then(() => { document.documentElement.dataset.ready = "all"; });
