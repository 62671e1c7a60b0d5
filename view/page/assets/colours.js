// Colours and dashes by what a path is. Paths of one kind beyond the first take others that are told apart, also by
// who sees no red: each has a dash of its own.
const more = ["#0b5fb0", "#b4500a", "#116a33", "#8a3ffc", "#a11a5b", "#00717a"];
const moreDark = ["#62aef7", "#f0a15e", "#6fd08c", "#c4a1ff", "#ff8fc0", "#5fd3dd"];

export const dark = () => document.documentElement.dataset.theme === "dark";
export const css = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
export const several = (i) => (dark() ? moreDark : more)[i % more.length];

// manner is the dash of the i-th of many, once colours come again.
export const manner = (i) => [[], [8, 3], [2, 3]][Math.floor(i / more.length) % 3];

// look is the stroke of a path: the i-th of its kind.
export function look(kind, i) {
  if (!kind) return {stroke: css("quiet"), dash: [2, 4], width: 1};
  if (kind === "learned" && i > 0) return {stroke: several(i + 1), dash: [10, 3], width: 2};
  return {stroke: css(kind), dash: {recorded: [], true: [2, 3], learned: [], baseline: [6, 4]}[kind],
    width: {recorded: 3.5, true: 2, learned: 2, baseline: 1.5}[kind]};
}

// looks are those of paths, in their order.
export function looks(paths) {
  const seen = {};
  return paths.map((p) => look(p.kind, (seen[p.kind] = (seen[p.kind] ?? -1) + 1)));
}
