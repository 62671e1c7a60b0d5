// The state of the page in its address: every view is a link. A page from a file has it behind #, as browsers let a
// file have no query of its own.
const file = location.protocol === "file:";

export function asked() {
  return new URLSearchParams(file ? location.hash.slice(1) : location.search);
}

let later = 0;

// note writes what is set; what is null goes. Browsers bear some changes a second only, so it waits a little.
const noted = asked();
export function note(values) {
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === "") noted.delete(name);
    else noted.set(name, value);
  }
  clearTimeout(later);
  later = setTimeout(() => {
    const text = noted.toString().replaceAll("%2C", ",");
    history.replaceState(null, "", file ? "#" + text : text ? "?" + text : location.pathname);
  }, 200);
}
