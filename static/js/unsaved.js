// What somebody has typed and not sent is not lost by leaving the page unasked.
import { fields, isTouched } from "./fields.js";

let leaving; // the form that is being sent

addEventListener("submit", (e) => { if (!e.defaultPrevented) leaving = e.target; });
addEventListener("pageshow", () => { leaving = undefined; });
addEventListener("beforeunload", (e) => {
  const open = (form) => form && form !== leaving && form.method === "post" && !form.closest("dialog, .prefs, .many");
  const typed = fields(document).some((el) => open(el.form) && isTouched(el));
  const refused = [...document.querySelectorAll("form .problem, .toast.failed form")].some((el) => open(el.closest("form")));
  if (typed || refused) e.preventDefault();
});
