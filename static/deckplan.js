// The little that the server's pages cannot do by themselves. Every form works
// without this file.

// Forms in table cells are sent by htmx on change; text areas grow as one types.
const grow = (el) => { el.rows = Math.min(8, Math.max(1, el.value.split("\n").length)); };
document.addEventListener("input", (e) => { if (e.target instanceof HTMLTextAreaElement) grow(e.target); });

// One open list of boxes at a time; a click elsewhere or Escape closes it.
const closeMenus = (except) => {
  for (const d of document.querySelectorAll("details.picks[open], details.menu[open]")) if (d !== except) d.open = false;
};
document.addEventListener("click", (e) => closeMenus(e.target.closest("details")));
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape") closeMenus();
  const typing = e.target.closest("input, textarea, select, [contenteditable]");
  if (typing || e.altKey) return;
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "z") {
    const button = document.querySelector(e.shiftKey ? "[data-key=redo]" : "[data-key=undo]");
    if (button) { e.preventDefault(); button.click(); }
  } else if (e.key === "/" && !e.ctrlKey && !e.metaKey) {
    const search = document.querySelector("[data-key=search]");
    if (search) { e.preventDefault(); search.focus(); }
  }
});

// A stream tells that what is shown has changed; the page is then read again
// and only what differs is replaced. Several changes at once are one reading,
// and nothing is replaced under a person who is typing.
const part = (name) => document.querySelector(name);
let source, timer, pending = false, busy = false;

const typingIn = () => {
  const el = document.activeElement;
  return el && el.matches("input:not([type=checkbox]), textarea, select") && el.closest("[data-stream]") && el.defaultValue !== el.value;
};

async function refresh() {
  timer = undefined;
  const root = part("[data-stream]");
  if (!root || busy || typingIn()) { pending = Boolean(root); return; }
  busy = true;
  pending = false;
  try {
    const target = root.dataset.refresh || "#app";
    await window.htmx.ajax("GET", location.href, { target, select: target, swap: "outerMorph" });
  } finally {
    busy = false;
    if (pending) later();
  }
}

function later() { timer ??= setTimeout(refresh, 150); }

function listen() {
  const root = part("[data-stream]");
  const url = root?.dataset.stream;
  if (source?.asked === url) return;
  source?.close();
  source = undefined;
  if (!url) return;
  source = new EventSource(url);
  source.asked = url;
  let revision = root.dataset.revision;
  source.addEventListener("changed", (e) => {
    revision = part("[data-stream]")?.dataset.revision;
    if (!revision || e.data === "0" || Number(e.data) > Number(revision)) later();
  });
  source.addEventListener("open", () => { if (source.opened) later(); source.opened = true; });
}

listen();
document.addEventListener("htmx:after:swap", listen);
document.addEventListener("focusout", () => { if (pending) later(); });
addEventListener("pagehide", () => source?.close());
