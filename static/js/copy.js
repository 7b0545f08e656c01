// A button beside a command copies it. Without a secure context there is no
// clipboard to write to: then the command is selected and the browser asked.

const select = (el) => {
  const range = document.createRange();
  range.selectNodeContents(el);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
};

async function copy(el) {
  try {
    await navigator.clipboard.writeText(el.textContent);
    return true;
  } catch {
    select(el);
    return document.execCommand("copy");
  }
}

document.addEventListener("click", async (e) => {
  const button = e.target.closest("[data-copy]");
  if (!button || !(await copy(button.previousElementSibling))) return;
  const before = button.textContent;
  if (before === button.dataset.copied) return;
  button.textContent = button.dataset.copied;
  const messages = document.getElementById("messages"); // read out: it is a live region
  const said = Object.assign(document.createElement("span"), { className: "hidden", textContent: button.dataset.copied });
  messages?.append(said);
  setTimeout(() => { button.textContent = before; said.remove(); }, 1500);
});
