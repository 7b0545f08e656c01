// Rows pasted into a table go to the page that shows what would come of them.

document.addEventListener("paste", (e) => {
  const at = e.target.closest?.("table.edit") ?? undefined;
  const writing = e.target.matches?.("input:not([type=checkbox]), textarea, select");
  if (writing && !at) return;
  const table = at ?? document.querySelector("table.edit[data-paste]");
  const text = e.clipboardData?.getData("text/plain").replace(/[\r\n]+$/, "") ?? "";
  const rows = /[\t\n]/.test(text) && !(e.target.matches?.("textarea") && !text.includes("\t"));
  if (!table?.dataset.paste || !rows) return;
  e.preventDefault();
  const form = document.createElement("form");
  form.method = "post";
  form.enctype = "multipart/form-data";
  form.action = table.dataset.paste;
  form.hidden = true;
  const field = document.createElement("textarea");
  field.name = "text";
  field.value = text;
  form.append(field);
  document.body.append(form);
  form.requestSubmit();
});
