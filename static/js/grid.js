// A table is filled like a spreadsheet: keys move from cell to cell.
import { isTouched } from "./fields.js";

// The keys, which the sheet of shortcuts (web/page/find.templ) lists:
//   Enter, Shift+Enter   save the cell and go down, up
//   arrows               go to the next cell; ← and → from the end of a text
//   Esc                  give the cell back what it held
//   Shift+Space          select the row; on its box, Space alone
//   Ctrl+V               paste rows: shows what would change first (paste.js)

const inTable = "table.edit > tbody > tr[data-row] > td";
const control = (td) => td?.querySelector("input:not([type=hidden]), select, textarea, summary, button");
const isText = (el) => el.matches("input:not([type=checkbox]), textarea");

function goTo(el) {
  if (!el) return;
  el.focus();
  if (el.matches("input:not([type=checkbox])")) el.select();
  el.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function beside(td, down, right) {
  if (right) {
    for (let next = td; (next = right > 0 ? next.nextElementSibling : next.previousElementSibling);) {
      if (control(next)) return control(next);
    }
    return undefined;
  }
  const row = down > 0 ? td.parentElement.nextElementSibling : td.parentElement.previousElementSibling;
  if (row?.matches("[data-row]")) return control(row.children[td.cellIndex]);
  return down > 0 ? td.closest("table").querySelector(".add input:not([type=hidden]), .add select") : undefined;
}

// An arrow leaves a text only from its end, or where all of it is selected.
function leaves(el, right) {
  if (!isText(el)) return true;
  const { selectionStart: a, selectionEnd: b, value } = el;
  if (a === 0 && b === value.length) return true;
  return a === b && a === (right > 0 ? value.length : 0);
}

const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

let entered;
document.addEventListener("keyup", (e) => {
  if (e.key !== "Enter" || !entered) return;
  const { el, up } = entered;
  entered = undefined;
  const td = document.activeElement === el && el.closest(inTable);
  if (td) goTo(beside(td, up ? -1 : 1, 0));
});

// What was refused, or changed by somebody meanwhile, gets the focus back,
// unless something is being typed elsewhere by then.
document.addEventListener("htmx:after:swap", (e) => {
  const source = e.detail.ctx?.sourceElement;
  if (!source?.matches?.("form.cell") || !document.querySelector("#messages .toast.failed")) return;
  const form = document.getElementById(source.id);
  const active = document.activeElement;
  const elsewhere = active?.matches("input, select, textarea") && !form?.contains(active) && isTouched(active);
  entered = undefined;
  if (form && !elsewhere) goTo(control(form.parentElement));
});

document.addEventListener("keydown", (e) => {
  const td = e.target.closest?.(inTable);
  if (!td || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.defaultPrevented) return;
  const el = e.target;
  if (e.key === "Enter" && el.matches("input, select")) {
    entered = { el, up: e.shiftKey }; // the key itself sends the field
  } else if (e.key === "Escape" && isText(el) && el.value !== el.defaultValue) {
    el.value = el.defaultValue;
    el.select();
    e.preventDefault();
  } else if (e.key === " " && e.shiftKey) {
    const box = td.parentElement.querySelector("td.sel input");
    if (box) { e.preventDefault(); box.click(); }
  } else if (arrows[e.key] && !e.shiftKey && el.matches("input, textarea, summary")) {
    const [down, right] = arrows[e.key];
    if (down && (el.matches("textarea, [list], [data-list]") || el.closest("details[open]"))) return;
    if (right && !leaves(el, right)) return;
    const next = beside(td, down, right);
    if (next) { e.preventDefault(); goTo(next); }
  }
});

// Suggestions for a field that takes several names, separated by commas: the
// list is made anew for the name that is being typed.
document.addEventListener("focusin", (e) => suggest(e.target));
document.addEventListener("input", (e) => suggest(e.target));

function suggest(el) {
  const from = el.dataset?.list && document.getElementById(el.dataset.list);
  if (!from) return;
  let list = document.getElementById("options-several");
  if (!list) {
    list = document.createElement("datalist");
    list.id = "options-several";
    document.body.append(list);
  }
  const before = el.value.slice(0, el.value.lastIndexOf(",") + 1);
  list.replaceChildren(...[...from.options].map((o) => new Option("", (before && before + " ") + o.value)));
  el.setAttribute("list", list.id);
}
