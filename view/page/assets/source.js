// What the page shows: asked of the server, or frozen in the file.
export const about = JSON.parse(document.getElementById("content").textContent);
const text = document.getElementById("frozen");
const frozen = text && JSON.parse(text.textContent);
export const live = !frozen;

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch (e) {
    if (e.name === "AbortError") throw e;
    throw new Error("The server does not answer: has the program ended?");
  }
  const x = await answer.json();
  if (!answer.ok) throw new Error(x.error);
  return x;
}

export const frozenTrajectories = frozen ? frozen.motions.length : Infinity;

export const motion = (i, from, span, signal) => frozen ? Promise.resolve(frozen.motions[i])
  : ask("motion?" + new URLSearchParams({trajectory: i, ...(from === null ? {} : {from}), ...(span ? {span} : {})}), {signal});
export const recording = (i) => frozen ? Promise.resolve(frozen.recordings[i]) : ask("recording?trajectory=" + i);
export const verdicts = () => frozen ? Promise.resolve(frozen.verdicts) : ask("verdicts");
export const explained = () => frozen ? Promise.resolve(frozen.explained) : ask("explained");
export const plots = () => frozen ? Promise.resolve(frozen.plots) : ask("plots");
export const histories = () => frozen ? Promise.resolve(frozen.histories) : ask("histories");
export const comparison = () => frozen ? Promise.resolve(frozen.comparison) : ask("comparison");

// from rolls out from a start that was set by hand. Of many starts that come faster than answers only the last is asked
// for, once the one under way is there: so the picture follows the hand.
let under = null, next = null;
export function from(start, span, see, fail) {
  next = {start, span, see, fail};
  if (!under) go();
}
async function go() {
  while (next) {
    under = next;
    next = null;
    try {
      const {q, v, u} = under.start;
      const m = await ask("from", {method: "POST", headers: {"Content-Type": "application/json"},
        body: JSON.stringify({q, v, u: u || [], span: under.span})});
      under.see(m);
    } catch (e) {
      under.fail(e);
    }
  }
  under = null;
}
export const drop = () => { next = null; };
