"use strict";
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const filters = document.querySelector(".filters");
const search = filters.querySelector("input");
const count = filters.querySelector("[role=status]");
const rows = all(".row");
const words = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
let verdict = "";

function show() {
  const text = search.value.trim().toLowerCase();
  const asked = all("select", filters).filter((one) => one.value).map((one) => [one.name, one.value]);
  for (const row of rows) {
    row.hidden = (verdict !== "" && row.dataset.verdict !== verdict)
      || asked.some(([name, value]) => row.dataset[name] !== value)
      || !words.get(row).includes(text);
  }
  for (const part of all(".part")) part.hidden = !part.querySelector(".row:not([hidden])");
  const seen = rows.filter((row) => !row.hidden).length;
  count.textContent = seen === rows.length ? `${seen} requirements` : `${seen} of ${rows.length} requirements`;
}

filters.hidden = false;
filters.addEventListener("input", show);
for (const button of all(".verdicts button", filters)) {
  button.addEventListener("click", () => {
    verdict = button.dataset.verdict;
    for (const one of all(".verdicts button", filters)) one.setAttribute("aria-pressed", String(one === button));
    show();
  });
}
const unfold = filters.querySelector(".unfold");
unfold.addEventListener("click", () => {
  const open = unfold.getAttribute("aria-pressed") !== "true";
  unfold.setAttribute("aria-pressed", String(open));
  for (const row of rows) if (!row.hidden) row.open = open;
});

for (const replay of all(".replay")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy the command for ${replay.dataset.id}`);
  button.addEventListener("click", async () => {
    const line = replay.querySelector("code");
    try {
      await navigator.clipboard.writeText(line.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(line);
      button.textContent = "Press Ctrl+C";
    }
  });
  replay.append(button);
}

function follow() {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!row || !row.matches(".row")) return;
  if (row.hidden) {
    search.value = "";
    for (const one of all("select", filters)) one.value = "";
    filters.querySelector(".verdicts button").click();
  }
  row.open = true;
  row.scrollIntoView();
  row.querySelector("summary").focus({ preventScroll: true });
}
addEventListener("hashchange", follow);
for (const link of all("a[href^='#']")) link.addEventListener("click", () => setTimeout(follow));

let closed = [];
addEventListener("beforeprint", () => {
  closed = all(".row:not([data-verdict=pass]):not([data-verdict='not applicable']), .cite").flatMap((row) => [row, ...all("details", row)])
    .filter((one) => one.matches("details") && !one.open);
  for (const one of closed) one.open = true;
});
addEventListener("afterprint", () => { for (const one of closed) one.open = false; });
show();
follow();
