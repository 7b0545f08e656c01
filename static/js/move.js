// Moving a cluster to another Argo CD instance on the deck plan: with the
// mouse or a pen, or with Enter, arrows and Enter. On a touch screen and
// without scripts the lists below the picture do the same.

const form = () => document.getElementById("move");
const say = (text) => { document.getElementById("announce").textContent = text; };
const decks = () => [...document.querySelectorAll("[data-deck]")];
const mark = (deck) => { for (const d of decks()) d.classList.toggle("over", d === deck); };
const name = (template, text) => template.replace("{}", text);

let held; // { cell, from, to, x, y, moved, keyboard }

function put() {
  const { cell, from, to } = held;
  drop();
  if (!to || to === from) return;
  const f = form();
  f.elements.cluster.value = cell.dataset.cluster;
  f.elements.slice.value = cell.dataset.slice;
  f.elements.instance.value = to.dataset.deck;
  f.requestSubmit();
}

function drop() {
  held.cell.classList.remove("held");
  held.cell.removeAttribute("transform");
  mark();
  held = undefined;
}

function hold(cell, extra) {
  const from = cell.closest("[data-deck]");
  held = { cell, from, to: from, ...extra };
}

document.addEventListener("pointerdown", (e) => {
  const cell = e.target.closest?.(".movable");
  if (!cell || !form() || e.button !== 0 || e.pointerType === "touch") return;
  hold(cell, { x: e.clientX, y: e.clientY });
  e.preventDefault();
  cell.focus();
});
document.addEventListener("pointermove", (e) => {
  if (!held || held.keyboard) return;
  const dx = e.clientX - held.x, dy = e.clientY - held.y;
  if (!held.moved && Math.hypot(dx, dy) < 4) return;
  held.moved = true;
  held.cell.classList.add("held");
  const scale = held.cell.ownerSVGElement.viewBox.baseVal.width / held.cell.ownerSVGElement.getBoundingClientRect().width;
  held.cell.setAttribute("transform", `translate(${dx * scale} ${dy * scale})`);
  const y = e.clientY;
  held.to = decks().find((d) => { const r = d.querySelector(".drop").getBoundingClientRect(); return y >= r.top && y < r.bottom; });
  mark(held.to);
});
document.addEventListener("pointerup", () => { if (held && !held.keyboard) held.moved ? put() : drop(); });
document.addEventListener("pointercancel", () => { if (held) drop(); });

document.addEventListener("keydown", (e) => {
  const cell = e.target.closest?.(".movable");
  if (!held && cell && (e.key === "Enter" || e.key === " ") && form()) {
    hold(cell, { keyboard: true });
    cell.classList.add("held");
    mark(held.to);
    say(name(form().dataset.picked, cell.dataset.name));
  } else if (held?.keyboard && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
    const all = decks();
    const next = all.indexOf(held.to) + (e.key === "ArrowDown" ? 1 : -1);
    held.to = all[Math.min(Math.max(next, 0), all.length - 1)];
    mark(held.to);
    say(name(form().dataset.over, held.to.dataset.name));
  } else if (held?.keyboard && (e.key === "Enter" || e.key === " ")) put();
  else if (held && e.key === "Escape") { say(form().dataset.cancelled); drop(); }
  else return;
  e.preventDefault();
}, true);
document.addEventListener("focusout", (e) => { if (held?.keyboard && e.target === held.cell) drop(); });
// A page drawn again has other elements.
document.addEventListener("htmx:before:swap", () => { if (held) drop(); });
