// Who else has the plan open, as the stream tells.

document.addEventListener("deckplan:here", (e) => {
  const list = document.getElementById("here");
  if (!list) return;
  list.replaceChildren(...e.detail.map(({ name, initial, where }) => {
    const item = document.createElement("li");
    item.title = where ? `${name}, ${where}` : name;
    const mark = document.createElement("span");
    mark.setAttribute("aria-hidden", "true");
    mark.textContent = initial;
    const words = document.createElement("span");
    words.className = "hidden";
    words.textContent = item.title;
    item.append(mark, words);
    return item;
  }));
});
