// One open list at a time; a click elsewhere, Escape or a sent form closes it.

const closeMenus = (except) => {
  for (const d of document.querySelectorAll("details.picks[open], details.menu[open]")) if (d !== except) d.open = false;
};
document.addEventListener("click", (e) => closeMenus(e.target.closest("details")));
document.addEventListener("submit", (e) => { const menu = e.target.closest("details.menu"); if (menu) menu.open = false; });
document.addEventListener("keydown", (e) => { if (e.key === "Escape") closeMenus(); });
