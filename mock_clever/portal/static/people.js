// Arrow keys walk from the search to the people found, and back; / goes to the search. Without this script, Tab does.
// What a search finds is said to those who hear the page.
const search = document.getElementById("q");
const results = document.getElementById("results");
new MutationObserver(() => {
  document.getElementById("count").textContent = results.querySelector("h2").textContent;
}).observe(results, { childList: true });
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const here = document.activeElement;
  if (event.key === "/" && !["INPUT", "TEXTAREA"].includes(here.tagName)) {
    event.preventDefault();
    search.select();
  }
  if (!step || (here !== search && !results.contains(here))) return;
  const stops = [search, ...results.querySelectorAll("button.person")];
  const next = stops[stops.indexOf(here) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
