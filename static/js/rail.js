// Where the navigation is a row that scrolls, the current entry is in view.
// The row alone is moved: the page stays where its reader is.
let last;
function show() {
  const row = document.querySelector(".navs");
  const entry = row?.querySelector("[aria-current=page]");
  if (!entry || entry.dataset.entry === last) return;
  last = entry.dataset.entry;
  const at = entry.getBoundingClientRect(), frame = row.getBoundingClientRect();
  row.scrollLeft += at.left + at.width / 2 - frame.left - frame.width / 2;
}
show();
document.addEventListener("htmx:after:swap", show);
