// Shortcuts. The sheet that lists them is web/page/find.templ.
import { open } from "./dialog.js";

const find = (selector) => document.querySelector(selector);
const going = {
  o: "overview", f: "facts", s: "ownership", l: "layouts", r: "roadmap", t: "matrix", y: "strategies", i: "images",
  d: "decisions", p: "reports", h: "history", c: "compare", v: "drift", a: "live",
};
const press = (selector) => { const el = find(selector); el?.click(); return el; };
const focus = (selector) => { const el = find(selector); el?.focus(); el?.scrollIntoView({ block: "nearest" }); return el; };
const alone = {
  "?": () => open(find("[data-open='#keys']").href, "#keys"),
  "/": () => focus("[data-key=search]"),
  n: () => focus("tr.add input:not([type=hidden]), tr.add select, tr.add summary"),
  r: () => press(".bar a.primary"),
};

let began = 0; // when G was pressed

document.addEventListener("keydown", (e) => {
  if (e.altKey || e.defaultPrevented || e.isComposing) return;
  const key = e.key.toLowerCase();
  const writing = e.target.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  if ((e.ctrlKey || e.metaKey) && key === "k") {
    e.preventDefault();
    open(find("[data-open='#find']").href, "#find");
    return;
  }
  if (e.key === "Escape" && e.target.matches?.("[data-key=search]")) {
    e.preventDefault(); // it would empty the field; what was searched for stays
    e.target.blur();
    return;
  }
  if (writing && !(e.target.matches("select") && (e.ctrlKey || e.metaKey)) || find("dialog[open]")) return;
  if (e.ctrlKey || e.metaKey) {
    if (key === "z" && press(e.shiftKey ? ".bar [data-key=redo]" : ".bar [data-key=undo]")) e.preventDefault();
    return;
  }
  if (performance.now() - began < 1500 && going[key]) {
    began = 0;
    if (press(`.rail [data-entry=${going[key]}]`)) e.preventDefault();
  } else if (key === "g") began = performance.now();
  else if (alone[key]?.()) e.preventDefault();
});
