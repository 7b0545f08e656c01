// The little that the server's pages cannot do by themselves. Every form works
// without this file.

const find = (selector) => document.querySelector(selector);
const app = () => find("#app");

// Fields. What the server last said stands in a field's default; what a person
// has typed and not yet sent differs from it.

const isBox = (el) => el.type === "checkbox" || el.type === "radio";
const firstChoice = (list) => Math.max(0, [...list.options].findIndex((o) => o.defaultSelected));
const fields = (root) => [...root.querySelectorAll("input:not([type=hidden]):not([type=file]), select, textarea")];

function held(el) {
  if (isBox(el)) return el.checked;
  return el instanceof HTMLSelectElement ? el.selectedIndex : el.value;
}
function told(el) {
  if (isBox(el)) return el.defaultChecked;
  return el instanceof HTMLSelectElement ? firstChoice(el) : el.defaultValue;
}
function put(el, value) {
  if (held(el) === value) return;
  if (isBox(el)) el.checked = value;
  else if (el instanceof HTMLSelectElement) el.selectedIndex = value;
  else el.value = value;
}
const isTouched = (el) => held(el) !== told(el);
const keyOf = (el) => el.form?.id && `${el.form.id}|${el.name}|${isBox(el) ? el.value : ""}`;

const grow = (el) => { el.rows = Math.min(8, Math.max(1, el.value.split("\n").length)); };
document.addEventListener("input", (e) => { if (e.target instanceof HTMLTextAreaElement) grow(e.target); });

// A field in a table is sent as soon as it has changed. Changes that come
// before the answer wait for it; of several the last is sent.

const onTheWay = new Map(); // form id → { sent, next }
let ours; // the form that send() is submitting
const valuesOf = (form) => fields(form).map(held);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function send(form) {
  const values = valuesOf(form);
  const before = onTheWay.get(form.id);
  if (before) {
    before.next = same(values, before.sent) ? undefined : values;
    return;
  }
  onTheWay.set(form.id, { sent: values });
  ours = form;
  form.requestSubmit();
  ours = undefined;
}

document.addEventListener("change", (e) => {
  const form = e.target.closest("form.cell, form.gates");
  if (form && fields(form).some(isTouched)) send(form);
});
// Enter both changes a field and submits its form: only send() sends.
document.addEventListener("submit", (e) => {
  if (e.target === ours || !e.target.matches("form.cell, form.gates")) return;
  e.preventDefault();
  e.stopImmediatePropagation();
  if (fields(e.target).some(isTouched)) send(e.target);
}, true);
document.addEventListener("htmx:finally:request", (e) => {
  const id = e.detail.ctx.sourceElement?.id;
  const done = onTheWay.get(id);
  if (!done) return;
  onTheWay.delete(id);
  const form = document.getElementById(id);
  if (!done.next || !form) return;
  fields(form).forEach((el, i) => put(el, done.next[i]));
  send(form);
});

// When a page is drawn again, fields show what the server says, except those
// that somebody is typing in.

let typed = new Map();
document.addEventListener("htmx:before:swap", (e) => {
  typed = new Map();
  const source = e.detail.ctx?.sourceElement;
  for (const el of fields(document)) {
    if (keyOf(el) && el.form !== source && isTouched(el)) typed.set(keyOf(el), held(el));
  }
});
document.addEventListener("htmx:after:swap", () => {
  for (const el of fields(app())) put(el, typed.get(keyOf(el)) ?? told(el));
  listen();
  if (pending) later();
});

// One open list at a time; a click elsewhere, Escape or a sent form closes it.

const closeMenus = (except) => {
  for (const d of document.querySelectorAll("details.picks[open], details.menu[open]")) if (d !== except) d.open = false;
};
document.addEventListener("click", (e) => closeMenus(e.target.closest("details")));
document.addEventListener("submit", (e) => { const menu = e.target.closest("details.menu"); if (menu) menu.open = false; });
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape") closeMenus();
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

// A stream tells that what is shown has changed; the page is then read again
// and only what differs is replaced. Several changes are one reading. Nothing
// is replaced under a person who is typing or has been asked a question.

let source, timer, wanted = 0, pending = false, busy = false;

const isCurrent = (root) => root.dataset.revision && Number(root.dataset.revision) >= wanted;
const mustWait = (root) => busy || onTheWay.size > 0 || find(".toast.failed") || find(".htmx-request") ||
  fields(root).some((el) => el.closest("form.cell, form.filter") && isTouched(el));

async function refresh() {
  timer = undefined;
  const root = find("[data-stream]");
  if (!root || isCurrent(root)) { pending = false; return; }
  if (mustWait(root)) { pending = true; return; }
  busy = true;
  pending = false;
  if (wanted === Infinity) wanted = 0;
  const notes = [...(find("#messages")?.children ?? [])];
  try {
    const target = root.dataset.refresh || "#app";
    await window.htmx.ajax("GET", location.href, { target, select: target, swap: "outerMorph" });
    const messages = find("#messages");
    if (messages && notes.length && !messages.children.length) {
      messages.append(...notes);
      window.htmx.process(messages);
    }
  } finally {
    busy = false;
    if (pending) later();
  }
}

function later() { timer ??= setTimeout(refresh, 150); }

function listen() {
  const url = find("[data-stream]")?.dataset.stream;
  if (source?.asked === url) return;
  source?.close();
  source = undefined;
  wanted = 0;
  if (!url) return;
  source = new EventSource(url);
  source.asked = url;
  source.addEventListener("changed", (e) => {
    // 0 is a change beside the document: there is no number to compare.
    wanted = e.data === "0" ? Infinity : Math.max(wanted === Infinity ? 0 : wanted, Number(e.data));
    later();
  });
  source.addEventListener("open", () => {
    if (source.opened) { wanted = Infinity; later(); } // something may have been missed
    source.opened = true;
  });
}

listen();
document.addEventListener("focusout", () => { if (pending) later(); });
addEventListener("pagehide", () => source?.close());
