// What an address's fragment names is opened where it lies folded.
const reveal = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let d = target?.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
  target?.scrollIntoView({ block: "nearest" });
};
addEventListener("hashchange", reveal);
if (location.hash) reveal();
