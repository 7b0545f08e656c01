// Rows are selected by their boxes: Shift+click takes a range, the box in the
// head the whole page. The bar tells how many and what would be done to them.

let last;
const boxes = () => [...document.querySelectorAll("td.sel input[form=many]")];

document.addEventListener("click", (e) => {
  const box = e.target.closest?.("td.sel input[form=many]");
  if (!box) return;
  const all = boxes();
  const from = all.findIndex((b) => b.value === last), to = all.indexOf(box);
  if (e.shiftKey && e.detail > 0 && from >= 0) {
    for (const b of all.slice(Math.min(from, to), Math.max(from, to) + 1)) b.checked = box.checked;
  }
  last = box.value;
  count();
});

document.addEventListener("change", (e) => {
  if (e.target.matches("th.sel input")) {
    for (const b of boxes()) b.checked = e.target.checked;
    last = undefined;
  }
  if (e.target.form?.id === "many") count();
});

function count() {
  const bar = document.getElementById("many");
  if (!bar) return;
  const all = boxes(), head = document.querySelector("th.sel input");
  const every = bar.querySelector("input[name=all]");
  const n = every?.checked ? Number(every.dataset.total) : all.filter((b) => b.checked).length;
  if (head) {
    head.checked = all.length > 0 && all.every((b) => b.checked);
    head.indeterminate = !head.checked && all.some((b) => b.checked);
  }
  for (const el of bar.querySelectorAll("[data-count]")) el.textContent = el.dataset.count.replace("#", n.toLocaleString(document.documentElement.lang));
  const field = bar.querySelector("select[name=field]").value;
  for (const el of bar.querySelectorAll("[data-field]")) el.hidden = el.dataset.field !== field;
}

const close = () => { const set = document.getElementById("many-set"); if (set) set.open = false; };
document.addEventListener("click", (e) => { if (!e.target.closest?.("#many-set")) close(); });
document.addEventListener("submit", (e) => { if (e.target.id === "many") close(); });
document.addEventListener("keydown", (e) => { if (e.key === "Escape") close(); });

document.addEventListener("htmx:after:swap", count);
count();
