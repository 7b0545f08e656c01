import { fields, isTouched, onTheWay } from "./fields.js";

const find = (selector) => document.querySelector(selector);

// A stream tells that what is shown has changed; the page is then read again
// and only what differs is replaced. Several changes are one reading. Nothing
// is replaced under a person who is typing or has been asked a question.

let source, timer, wanted = 0, pending = false, busy = false;

const isCurrent = (root) => root.dataset.revision && Number(root.dataset.revision) >= wanted;
const mustWait = (root) => busy || onTheWay.size > 0 || find(".toast.failed") || find(".htmx-request") ||
  fields(root).some((el) => el.closest("form.cell, form.filter") && isTouched(el));

async function refresh() {
  timer = undefined;
  const root = find("[data-stream]");
  if (!root || isCurrent(root)) { pending = false; return; }
  if (mustWait(root)) { pending = true; return; }
  busy = true;
  pending = false;
  if (wanted === Infinity) wanted = 0;
  const notes = [...(find("#messages")?.children ?? [])];
  try {
    const target = root.dataset.refresh || "#app";
    await window.htmx.ajax("GET", location.href, { target, select: target, swap: "outerMorph" });
    const messages = find("#messages");
    if (messages && notes.length && !messages.children.length) {
      messages.append(...notes);
      window.htmx.process(messages);
    }
  } finally {
    busy = false;
    if (pending) later();
  }
}

function later() { timer ??= setTimeout(refresh, 150); }

function listen() {
  const url = find("[data-stream]")?.dataset.stream;
  if (source?.asked === url) return;
  source?.close();
  source = undefined;
  wanted = 0;
  if (!url) return;
  source = new EventSource(url);
  source.asked = url;
  source.addEventListener("changed", (e) => {
    // 0 is a change beside the document: there is no number to compare.
    wanted = e.data === "0" ? Infinity : Math.max(wanted === Infinity ? 0 : wanted, Number(e.data));
    later();
  });
  source.addEventListener("here", (e) => {
    document.dispatchEvent(new CustomEvent("deckplan:here", { detail: JSON.parse(e.data) }));
  });
  source.addEventListener("open", () => {
    if (source.opened) { wanted = Infinity; later(); } // something may have been missed
    source.opened = true;
  });
}

listen();
document.addEventListener("htmx:after:swap", () => {
  listen();
  if (pending) later();
});
document.addEventListener("focusout", () => { if (pending) later(); });
addEventListener("pagehide", () => source?.close());
