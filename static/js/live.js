import { setClock, tick } from "./ages.js";
import { asking, current, want } from "./stream.js";

// The table of applications follows the server: rows on the screen are changed
// where they stand; counts, order and new rows come with a reading of the whole,
// which keeps the reader's place.

const root = () => document.getElementById("live");
const say = (name) => document.getElementById("live-said")?.dataset[name] ?? "";

let stream; // what the server calls this page's stream: { id, epoch }
const told = new Map(); // rows told of since the page was drawn: id → { version, row }
const mostTold = 1000;

function follow(source) {
  stream = undefined;
  told.clear();
  if (!root() || root().dataset.stream !== source.asked) return;
  source.exact = true; // nothing is missed over a reconnect: the server knows what was seen
  source.addEventListener("hello", (e) => {
    const hello = JSON.parse(e.data);
    if (stream && stream.epoch !== hello.epoch) { told.clear(); want(Infinity); }
    stream = hello;
    setClock(hello.now);
    connected(true);
  });
  source.addEventListener("error", () => connected(false));
  source.addEventListener("rows", (e) => {
    const space = e.data.indexOf(" ");
    changed(Number(e.data.slice(0, space)), e.data.slice(space + 1));
  });
  source.addEventListener("gone", (e) => JSON.parse(e.data).forEach((id) => {
    told.delete(id);
    leave(id, "gone");
  }));
  source.addEventListener("left", (e) => JSON.parse(e.data).forEach((id) => leave(id, "left")));
  source.addEventListener("stale", (e) => {
    const { version, within } = JSON.parse(e.data);
    want(stream?.epoch === epochOf() ? version : Infinity, Math.random() * within);
  });
}
document.addEventListener("deckplan:stream", (e) => follow(e.detail));

// The page's own version and the start of the server that it is from.
const epochOf = () => new URLSearchParams(root()?.dataset.stream.split("?")[1]).get("drawn")?.split("-")[0];

asking.headers = (el, wanted) => (el.id === "live" && stream
  ? { "Live-Stream": stream.id, "Live-Version": `${stream.epoch}-${wanted === Infinity ? 0 : wanted}` } : {});
document.addEventListener("htmx:config:request", (e) => {
  const { request } = e.detail.ctx;
  if (stream && root() && new URL(request.action, location.href).pathname === "/live") request.headers["Live-Stream"] = stream.id;
});

let lost;
function connected(yes) {
  const note = document.getElementById("live-lost");
  if (!note) return;
  if (yes) {
    clearTimeout(lost);
    lost = undefined;
    note.hidden = true;
    note.textContent = "";
  } else lost ??= setTimeout(() => { note.hidden = false; note.textContent = note.dataset.words; }, 4000);
}

// Rows

function changed(version, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const row of [...template.content.children]) {
    told.delete(row.id);
    told.set(row.id, { version, row });
    if (told.size > mostTold) told.delete(told.keys().next().value);
    show(row, true);
  }
}

function show(row, fresh) {
  const old = document.getElementById(row.id);
  if (!old) return;
  const next = row.cloneNode(true);
  tick(next);
  old.classList.remove("fresh");
  if (!differs(old, next)) return;
  patch(old, next);
  window.htmx.process(old);
  if (!fresh) return;
  void old.offsetWidth; // so that a second change is seen as well
  old.classList.add("fresh");
  clearTimeout(fading.get(old));
  fading.set(old, setTimeout(() => old.classList.remove("fresh"), 1700));
  count(row.id);
}
const fading = new WeakMap();

// A row that went stays where it is, marked, until the whole is read again.
function leave(id, why) {
  const row = document.getElementById(id);
  if (!row || row.querySelector(".gone-note")) return;
  row.classList.add(why);
  const note = document.createElement("small");
  note.className = "gone-note";
  note.textContent = say(why);
  row.cells[0]?.append(note);
  count(id);
}

// What a script has put on an element is not the server's to take away.
const ours = new Set(["tabindex", "aria-selected", "data-htmx-powered", "open"]);
const attributes = (el) => [...el.attributes].filter((a) => !ours.has(a.name));

function differs(a, b) {
  if (a.nodeType !== b.nodeType || a.nodeName !== b.nodeName) return true;
  if (a.nodeType !== Node.ELEMENT_NODE) return a.nodeValue !== b.nodeValue;
  const mine = attributes(a), theirs = attributes(b);
  return mine.filter((x) => x.value || x.name !== "class").length !== theirs.filter((x) => x.value || x.name !== "class").length ||
    theirs.some((x) => (a.getAttribute(x.name) ?? "") !== x.value) ||
    a.childNodes.length !== b.childNodes.length || [...a.childNodes].some((n, i) => differs(n, b.childNodes[i]));
}

// patch makes a like b and leaves every element alone that it can, so that the
// focus, what is selected and what is open stay.
function patch(a, b) {
  if (!differs(a, b)) return;
  if (a.nodeType !== Node.ELEMENT_NODE) { a.nodeValue = b.nodeValue; return; }
  for (const { name } of attributes(a)) if (!b.hasAttribute(name)) a.removeAttribute(name);
  for (const { name, value } of attributes(b)) if (a.getAttribute(name) !== value) a.setAttribute(name, value);
  const theirs = [...b.childNodes];
  theirs.forEach((n, i) => {
    const old = a.childNodes[i];
    if (!old) a.append(n);
    else if (old.nodeType === n.nodeType && old.nodeName === n.nodeName) patch(old, n);
    else old.replaceWith(n);
  });
  while (a.childNodes.length > theirs.length) a.lastChild.remove();
}

// What changed is read out now and then, not each time.
const since = new Set();
let saying;
function count(id) {
  since.add(id);
  saying ??= setTimeout(() => {
    saying = undefined;
    const said = document.getElementById("live-said");
    if (said) said.textContent = since.size === 1 ? say("one") : say("many").replace("#", since.size);
    since.clear();
  }, 5000);
}

// The reader's place: the row with the focus, or under the pointer, or else the
// first one in sight stays where it is on the screen. The focus itself is
// live_table.js's.

const rows = () => [...document.querySelectorAll("#applications tbody tr[id]")];
let place;

function find() {
  const focused = document.activeElement?.closest("#live") ? document.activeElement : undefined;
  const row = focused?.closest("tr[id]") ?? document.querySelector("#applications tbody tr[id]:hover");
  const all = rows();
  let from = row ? all.indexOf(row) : -1;
  if (from < 0 && focused) return { focused, all: [focused], tops: [focused.getBoundingClientRect().top] };
  if (from < 0) from = all.findIndex((r) => r.getBoundingClientRect().bottom > 0);
  if (from < 0) return { focused, all: [], tops: [] };
  const near = [...all.slice(from), ...all.slice(0, from).reverse()];
  return { focused, all: near, tops: near.map((r) => r.getBoundingClientRect().top) };
}

document.addEventListener("htmx:before:swap", (e) => {
  place = e.detail.ctx?.request?.headers?.["Live-Version"] ? find() : undefined;
});
document.addEventListener("htmx:after:swap", () => {
  const el = root();
  if (!el) return;
  const at = Number(el.dataset.revision);
  for (const [id, { version, row }] of told) {
    if (version > at) show(row, false);
    else told.delete(id);
  }
  if (!place) return;
  const { focused, all, tops } = place;
  place = undefined;
  const i = all.findIndex((r) => r.isConnected);
  if (i < 0) return;
  const moved = all[i].getBoundingClientRect().top - tops[i];
  if (Math.abs(moved) >= 1 && (scrollY > 0 || focused)) scrollBy({ top: moved, behavior: "instant" });
});

if (current()) follow(current());
