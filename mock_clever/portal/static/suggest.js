// Suggests while someone types: asks for the form's own page and shows the results of that. Without this script the
// form's button does the same.
for (const form of document.querySelectorAll("form[data-results]")) {
  const shown = document.getElementById(form.dataset.results);
  let newest = 0;
  form.addEventListener("input", async () => {
    const asked = ++newest;
    const answer = await fetch(`${form.action}?${new URLSearchParams(new FormData(form))}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById(shown.id);
    if (found && asked === newest) shown.replaceChildren(...found.childNodes);
  });
}
