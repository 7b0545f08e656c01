// Fields. What the server last said stands in a field's default; what a person
// has typed and not yet sent differs from it.

const isBox = (el) => el.type === "checkbox" || el.type === "radio";
const firstChoice = (list) => Math.max(0, [...list.options].findIndex((o) => o.defaultSelected));
export const fields = (root) => [...root.querySelectorAll("input:not([type=hidden]):not([type=file]), select, textarea")];

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
export const isTouched = (el) => held(el) !== told(el);
// A field is known again by its form and name; boxes of a name by their value,
// others of a name by their order.
const orderOf = (el) => [...el.form.elements].filter((other) => other.name === el.name).indexOf(el);
const keyOf = (el) => el.form?.id && `${el.form.id}|${el.name}|${isBox(el) ? el.value : orderOf(el)}`;

const grow = (el) => { el.rows = Math.min(8, Math.max(1, el.value.split("\n").length)); };
document.addEventListener("input", (e) => { if (e.target instanceof HTMLTextAreaElement) grow(e.target); });

// A field in a table is sent as soon as it has changed. Changes that come
// before the answer wait for it; of several the last is sent.

export const onTheWay = new Map(); // form id → { sent, next }
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
    // a form that only asks may be typed in further while its answer comes
    if (keyOf(el) && (el.form !== source || source?.method === "get") && isTouched(el)) typed.set(keyOf(el), held(el));
  }
});
document.addEventListener("htmx:after:swap", () => {
  for (const el of fields(document.getElementById("app"))) put(el, typed.get(keyOf(el)) ?? told(el));
});

