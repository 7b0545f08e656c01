// Keys for what every page has: undo, redo, search.

const find = (selector) => document.querySelector(selector);

document.addEventListener("keydown", (e) => {
  if (e.altKey || e.defaultPrevented) return;
  const writing = e.target.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, [contenteditable]");
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "z" && !writing) {
    const button = find(e.shiftKey ? ".bar [data-key=redo]" : ".bar [data-key=undo]");
    if (button) { e.preventDefault(); button.click(); }
  } else if (e.key === "/" && !e.ctrlKey && !e.metaKey && !writing) {
    const search = find("[data-key=search]");
    if (search) { e.preventDefault(); search.focus(); }
  }
});

