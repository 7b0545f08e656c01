// Keys in the table of applications, which the sheet of shortcuts
// (web/page/find.templ) lists: J and K, and the arrows once a row has the
// focus, go from row to row; Enter opens, as on any link.

const links = () => [...document.querySelectorAll("#applications tbody tr[id] a.name, #applications a.fold")];
const lineOf = (el) => el?.closest?.("#applications tbody tr");
const linkOf = (line) => line?.querySelector("a.name, a.fold");

function go(link) {
  link?.focus({ preventScroll: true });
  lineOf(link)?.scrollIntoView({ block: "nearest" });
  return link;
}

document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.shiftKey || e.defaultPrevented || e.isComposing || document.querySelector("dialog[open]")) return;
  const inside = e.target.matches?.("#applications a");
  if (e.target.matches?.("input, textarea, select, [contenteditable]")) return;
  const step = { j: 1, k: -1, ...(inside ? { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity } : {}) }[e.key];
  if (!step) return;
  const all = links();
  if (!all.length) return;
  const from = all.indexOf(linkOf(lineOf(document.activeElement)));
  const to = from < 0 ? 0 : Math.min(Math.max(from + step, 0), all.length - 1);
  if (go(all[to])) e.preventDefault();
});

// A table drawn again may have moved or lost the row with the focus: the focus
// stays on its row, or on the one that has taken its place.
let held;
document.addEventListener("htmx:before:swap", () => {
  const line = lineOf(document.activeElement);
  const all = links();
  held = line && { id: line.id, group: line.parentElement.id, at: all.indexOf(linkOf(line)), el: document.activeElement };
});
document.addEventListener("htmx:after:swap", () => {
  if (!held) return;
  const { id, group, at, el } = held;
  held = undefined;
  if (document.activeElement === el && el.isConnected && (!id || lineOf(el)?.id === id)) return;
  if (document.activeElement !== document.body && document.activeElement !== el) return;
  const line = id ? document.getElementById(id) : document.getElementById(group);
  const all = links();
  (linkOf(line) ?? all[Math.min(at, all.length - 1)])?.focus({ preventScroll: true });
});
