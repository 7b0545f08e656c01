// What somebody has typed and not sent is not lost by leaving the page unasked.
import { fields, isTouched } from "./fields.js";

let leaving; // the form that is being sent, or true: somebody chose to let go

addEventListener("submit", (e) => { if (!e.defaultPrevented) leaving = e.target; });
addEventListener("click", (e) => { if (e.target.closest?.(".toast.failed a")) leaving = true; });
addEventListener("pageshow", () => { leaving = undefined; });
addEventListener("beforeunload", (e) => {
  const open = (form) => form && leaving !== true && form !== leaving && form.method === "post" && !form.closest("dialog, .prefs, .many");
  const typed = fields(document).some((el) => open(el.form) && isTouched(el));
  const refused = [...document.querySelectorAll("form .problem, .toast.failed form")].some((el) => open(el.closest("form")));
  if (typed || refused) e.preventDefault();
});
