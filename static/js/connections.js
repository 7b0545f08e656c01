// A token that was typed is never sent back. Where a form is drawn again, what
// was typed is put back here, so that nobody must paste it twice.

let kept = "";
const input = () => document.querySelector("[data-keep=token]");
document.addEventListener("htmx:before:swap", () => { kept = input()?.value ?? ""; });
document.addEventListener("htmx:after:swap", () => {
  const el = input();
  if (el && kept) el.value = kept;
  kept = "";
});
