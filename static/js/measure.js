// Archives are measured while they arrive: how far that is stands beside the
// button, and it can be stopped.
addEventListener("submit", (e) => {
  const form = e.target;
  if (form.id !== "measure" || e.defaultPrevented) return;
  e.preventDefault();
  const bar = form.querySelector("[data-progress]"), percent = form.querySelector("[data-percent]");
  const cancel = form.querySelector("[data-cancel]"), button = form.querySelector("button:not([type])");
  const busy = (on) => {
    for (const el of [bar, percent, cancel]) el.hidden = !on;
    button.disabled = on;
  };
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.addEventListener("progress", (p) => {
    if (!p.lengthComputable) return;
    bar.value = (100 * p.loaded) / p.total;
    percent.value = Math.floor(bar.value) + "%";
  });
  request.addEventListener("load", () => {
    if (request.status < 300 && request.responseURL !== form.action) { location.assign(request.responseURL); return; }
    busy(false);
    // What is wrong stands in the page that came back.
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    for (const old of form.querySelectorAll(".problem")) old.remove();
    const problems = page.querySelectorAll("#measure .problem, main .problem");
    form.querySelector("label").after(...[...problems].map((p) => document.importNode(p, true)));
  });
  request.addEventListener("error", () => { busy(false); form.submit(); });
  request.addEventListener("abort", () => busy(false));
  cancel.onclick = () => request.abort();
  busy(true);
  request.send(new FormData(form));
});
