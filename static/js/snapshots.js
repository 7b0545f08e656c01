// A large file takes a while: the form says so, and is sent once only.
addEventListener("submit", (e) => {
  if (e.target.id !== "snapshot-upload" || e.defaultPrevented) return;
  const busy = e.target.querySelector("[data-busy]");
  if (!busy.hidden) { e.preventDefault(); return; }
  busy.hidden = false;
});
addEventListener("pageshow", () => {
  const busy = document.querySelector("#snapshot-upload [data-busy]");
  if (busy) busy.hidden = true;
});
