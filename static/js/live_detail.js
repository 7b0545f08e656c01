// What only Argo CD knows of an application is read again once its row has
// changed. Readings follow each other slowly: one serves many readers. The row
// comes first: it may be what is old.
const apart = 4000;
let timer, last = 0;

async function again() {
  timer = undefined;
  const detail = document.querySelector("#detail[data-of]");
  if (!detail || !isOld(detail)) return;
  if (document.querySelector(".htmx-request") || document.activeElement?.closest("#resource-filter")) { plan(); return; }
  last = Date.now();
  await window.htmx.ajax("GET", location.href, { target: "#now", select: "#now", swap: "outerMorph" });
  if (!isOld(detail) || !detail.isConnected) return;
  const form = document.getElementById("resource-filter");
  const asked = form ? form.action + "?" + new URLSearchParams(new FormData(form)) : detail.dataset.of;
  window.htmx.ajax("GET", asked, { target: "#detail", select: "#detail", swap: "outerMorph" });
}

const isOld = (detail) => {
  const now = document.getElementById("now")?.dataset.stamp;
  return now && detail.dataset.stamp && now !== detail.dataset.stamp;
};

function plan() { timer ??= setTimeout(again, Math.max(300, last + apart - Date.now())); }

document.addEventListener("htmx:after:swap", () => {
  const detail = document.querySelector("#detail[data-of]");
  if (detail && isOld(detail)) plan();
});
