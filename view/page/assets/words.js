// make is an element with properties and what is inside.
export function make(tag, set = {}, ...inside) {
  const e = Object.assign(document.createElement(tag), set);
  e.append(...inside);
  return e;
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
