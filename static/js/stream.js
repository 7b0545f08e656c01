import { fields, isTouched, onTheWay } from "./fields.js";

const find = (selector) => document.querySelector(selector);

// A stream tells that what is shown has changed; the page is then read again
// and only what differs is replaced. Several changes are one reading. Nothing
// is replaced under a person who is typing or has been asked a question.

let source, timer, again, resting, wanted = 0, pending = false, busy = false, drawn = true;

export const current = () => source;
// What a page's own script says with each reading: headers by name.
export const asking = { headers: () => ({}) };
// want asks for a reading that shows a version, after a wait.
export function want(version, wait) {
  wanted = version === Infinity ? Infinity : Math.max(wanted === Infinity ? 0 : wanted, version);
  later(wait);
}

const isCurrent = (root) => root.dataset.revision && Number(root.dataset.revision) >= wanted;
const connecting = () => source?.readyState === EventSource.CONNECTING && source.opened;
const mustWait = (root) => busy || document.hidden || connecting() || onTheWay.size > 0 || find(".toast.failed") || find(".htmx-request") ||
  fields(root).some((el) => el.closest("form.cell, form.filter") && isTouched(el));

async function refresh() {
  timer = undefined;
  const root = find("[data-stream]");
  if (!root || isCurrent(root)) { pending = false; return; }
  if (mustWait(root)) { pending = true; return; }
  const headers = asking.headers(root, wanted);
  const asked = wanted;
  busy = true;
  pending = drawn = false;
  if (wanted === Infinity) wanted = 0;
  const notes = [...(find("#messages")?.children ?? [])];
  try {
    const target = root.dataset.refresh || "#app";
    await window.htmx.ajax("GET", location.href, { target, select: target, swap: "outerMorph", headers });
    const messages = find("#messages");
    if (messages && notes.length && !messages.children.length) {
      messages.append(...notes);
      window.htmx.process(messages);
    }
  } finally {
    busy = false;
    if (!drawn) { pending = true; wanted = Math.max(wanted, asked); }
    if (pending) later(drawn ? undefined : 3000);
  }
}

function later(wait = 150) { timer ??= setTimeout(refresh, wait); }

// A stream goes on while its page is only drawn at a newer version.
const streamOf = (url) => url?.replace(/([?&])(drawn|seen)=[^&]*/, "$1");

function listen() {
  const url = find("[data-stream]")?.dataset.stream;
  if (streamOf(source?.asked) === streamOf(url)) return;
  source?.close();
  clearTimeout(again);
  source = undefined;
  wanted = 0;
  if (!url) return;
  source = new EventSource(url);
  source.asked = url;
  document.dispatchEvent(new CustomEvent("deckplan:stream", { detail: source }));
  source.addEventListener("changed", (e) => {
    // 0 is a change beside the document: there is no number to compare.
    want(e.data === "0" ? Infinity : Number(e.data));
  });
  source.addEventListener("here", (e) => {
    document.dispatchEvent(new CustomEvent("deckplan:here", { detail: JSON.parse(e.data) }));
  });
  source.addEventListener("open", () => {
    if (source.opened && !source.exact) want(Infinity); // something may have been missed
    source.opened = true;
    if (pending) later();
  });
  // A server that refuses is asked again; a browser does so only where it broke.
  source.addEventListener("error", (e) => {
    if (e.target !== source || source.readyState !== EventSource.CLOSED) return;
    clearTimeout(again);
    again = setTimeout(() => {
      source = undefined;
      listen();
      want(Infinity);
    }, 10_000 + Math.random() * 20_000);
  });
}

listen();
document.addEventListener("htmx:after:swap", () => {
  drawn = true;
  listen();
  if (pending) later();
});
document.addEventListener("focusout", () => { if (pending) later(); });
document.addEventListener("visibilitychange", () => {
  clearTimeout(resting);
  // A browser has few connections to one server: a page that nobody looks at
  // gives its own up where the server knows what it misses.
  if (document.hidden) resting = setTimeout(() => { if (source?.exact) { source.close(); source = undefined; } }, 60_000);
  else {
    listen();
    if (pending) later(0);
  }
});
addEventListener("pagehide", () => source?.close());
