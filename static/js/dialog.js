// The palette and the sheet of shortcuts: pages of their own, shown over the
// page one is on.

const dialog = document.getElementById("dialog");

export async function open(url, part) {
  if (document.querySelector(`main ${part}`)) { document.querySelector(`main ${part} input`)?.focus(); return; }
  dialog.replaceChildren();
  await window.htmx.ajax("GET", url, { target: dialog, select: part, swap: "innerHTML" });
  if (!dialog.open) dialog.showModal();
  dialog.setAttribute("aria-label", document.querySelector(`[data-open="${part}"]`)?.textContent.trim() ?? "");
  dialog.querySelector("input")?.focus();
}

document.addEventListener("click", (e) => {
  const link = e.target.closest("[data-open]");
  if (link && !e.ctrlKey && !e.metaKey && !e.shiftKey && e.button === 0) {
    e.preventDefault();
    open(link.href, link.dataset.open);
  } else if (e.target === dialog || e.target.closest("#dialog a.hit")) dialog.close();
});

// Arrows walk through the answers; Enter in the field takes the first.
document.addEventListener("keydown", (e) => {
  const find = e.target.closest?.("#find");
  if (!find) return;
  const hits = [...find.querySelectorAll(".hit")];
  const at = hits.indexOf(document.activeElement);
  const field = find.querySelector("input[type=search]");
  if (e.key === "ArrowDown" || e.key === "ArrowUp") {
    e.preventDefault();
    const next = at + (e.key === "ArrowDown" ? 1 : -1);
    (next < 0 ? field : hits[Math.min(next, hits.length - 1)])?.focus();
  } else if (e.key === "Escape" && dialog.open) {
    e.preventDefault(); // the field would take it to be emptied
    dialog.close();
  }
});
document.addEventListener("submit", (e) => {
  if (e.target.id !== "find-form" || !dialog.open) return;
  e.preventDefault();
  dialog.querySelector(".hit")?.click();
}, true);
