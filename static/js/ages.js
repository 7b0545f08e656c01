// Ages go on by themselves. What the server wrote is right at the time of the
// page; it stays where no script runs.

let skew = 0; // of this browser's clock behind the server's, in ms
export const setClock = (now) => { skew = now - Date.now(); };

const korean = document.documentElement.lang === "ko";
const unit = (n, en, ko) => (korean ? n + ko : `${n} ${en}`);

// As internal/lang writes an age.
export function age(seconds) {
  if (seconds < 60) return unit(Math.max(0, Math.floor(seconds)), "s", "초");
  const total = Math.round(seconds / 60);
  const words = [[Math.floor(total / 1440), "d", "일"], [Math.floor(total % 1440 / 60), "h", "시간"], [total % 60, "min", "분"]]
    .filter(([n]) => n > 0).slice(0, 2).map((u) => unit(...u));
  return words.join(" ");
}

export function tick(root = document) {
  const now = Date.now() + skew;
  for (const el of root.querySelectorAll("[data-since]")) {
    const text = age(now / 1000 - Number(el.dataset.since));
    const words = el.dataset.words?.replace("#", text) ?? text;
    if (el.textContent !== words) el.textContent = words;
  }
}

setInterval(() => { if (!document.hidden) tick(); }, 1000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
document.addEventListener("htmx:after:swap", () => tick());
