// make is an element with properties and what is inside.
export function make(tag, set = {}, ...inside) {
  const e = Object.assign(document.createElement(tag), set);
  e.append(...inside);
  return e;
}

// short is a number with the digits that one reads.
export const short = (x) => x === null || x === undefined ? "–" : String(+x.toPrecision(4));
