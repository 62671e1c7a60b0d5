// make is an element with properties and what is inside.
export function make(tag, set = {}, ...inside) {
  const e = Object.assign(document.createElement(tag), set);
  e.append(...inside);
  return e;
}

// listed are facts as terms of a list and what is said of them.
export const listed = (facts) => facts.flatMap((f) => [make("dt", {textContent: f.name}), make("dd", {textContent: f.says})]);

// table is one with a title, a head and rows of text.
export function table(t) {
  const row = (tag, cells) => make("tr", {}, ...cells.map((c) => make(tag, {textContent: c})));
  return make("div", {className: "scroll"}, make("table", {}, make("caption", {textContent: t.title}),
    make("thead", {}, row("th", t.head)), make("tbody", {}, ...t.rows.map((r) => row("td", r)))));
}

// short is a number with the digits that one reads.
export const short = (x) => x === null || x === undefined ? "–" : String(+x.toPrecision(4));

// save hands a file to the browser, to be kept.
export function save(name, kind, text) {
  const a = document.createElement("a"), blob = text instanceof Blob ? text : new Blob([text], {type: kind});
  a.href = URL.createObjectURL(blob);
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 1000);
}
