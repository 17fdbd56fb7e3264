// The page of SQL: columns that are clicked go where the cursor is, Ctrl-Enter runs.
const area = document.getElementById("sql");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  area.focus();
  if (!document.execCommand("insertText", false, button.dataset.insert)) area.setRangeText(button.dataset.insert);
  area.dispatchEvent(new Event("fritz:written"));
});

area.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  document.querySelector("[data-run]").click();
});
