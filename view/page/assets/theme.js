// Dark or light: as the address says, or else as the system does.
import {asked, note} from "./link.js";
import {dark} from "./colours.js";

const button = document.getElementById("theme");

function set(name) {
  document.documentElement.dataset.theme = name;
  button.setAttribute("aria-pressed", name === "dark");
}

// themed sets it, and has everything drawn again when it is changed.
export function themed(redraw) {
  set(asked().get("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  button.onclick = () => {
    set(dark() ? "light" : "dark");
    note({theme: document.documentElement.dataset.theme});
    redraw();
  };
}
