// The page of a training under way: the program tells all that there is to see whenever there is more.
import {Plot} from "./plots.js";
import {themed} from "./theme.js";
import {listed, make} from "./words.js";

const id = (name) => document.getElementById(name);
const charts = new Map();

themed(() => {
  for (const c of charts.values()) {
    c.key = null; // its colours are drawn
    c.show(c.what.series);
  }
});

function problem(text) {
  id("problem").hidden = !text;
  id("problem").textContent = text;
}

const headlines = {preparing: "Preparing", training: "Training", ended: "The training has ended", failed: "The training did not end well"};
const levels = {ended: "good", failed: "bad"};

function show(x) {
  const percent = x.phase === "training" ? `${Math.floor(100 * x.done)} % · ` : "";
  document.title = `${percent}${x.title} · Lagrange`;
  const network = x.facts.find((f) => f.name === "network");
  const headline = headlines[x.phase] + (x.phase === "training" && network ? `: ${network.says}` : "");
  if (id("headline").textContent !== headline) id("headline").textContent = headline; // it is read aloud
  id("state").className = "verdict " + (levels[x.phase] || "care");
  id("says").replaceChildren(x.says || "");
  if (x.shown) id("says").append(make("a", {href: "./", textContent: "Look at the model"}), ": how it moves, and whether it is good.");
  id("done").value = x.phase === "ended" ? 1 : x.done;
  id("facts").replaceChildren(...listed(x.facts));
  id("planned").hidden = !x.plan?.length;
  id("plan").replaceChildren(...listed(x.plan || []));
  for (const p of x.plots || []) {
    let c = charts.get(p.name);
    if (!c) charts.set(p.name, c = new Plot(id("plots"), p));
    else c.show((c.what = p).series);
  }
  document.documentElement.dataset.ready = "all";
}

// The browser asks again by itself where the line was cut, but not once all is said.
const events = new EventSource("events");
events.onmessage = (e) => {
  problem("");
  const x = JSON.parse(e.data);
  if (x.phase === "ended" || x.phase === "failed") events.close();
  show(x);
};
events.onerror = () => problem("The program does not answer: has it ended?");
