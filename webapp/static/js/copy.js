// Buttons [data-copy-from=ID] copy the text of the element with that id, and say so at [data-copied].
// Where the browser forbids it the text is selected, to be copied by hand.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-from]");
  if (!button) return;
  const from = document.getElementById(button.dataset.copyFrom);
  const said = button.parentElement.querySelector("[data-copied]");
  try {
    await navigator.clipboard.writeText(from.textContent);
    said.textContent = "✓ copied";
  } catch {
    getSelection().selectAllChildren(from);
    said.textContent = "selected: copy it with Ctrl C";
  }
});
