// Theme: dark or light as the system says, or as chosen with the button [data-theme-toggle].
// Runs before the page is painted, so that it never flashes in the other theme. Announces a
// change by the event "fritz:theme" on the document.
"use strict";
(() => {
  const KEY = "fritz-theme";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: light)");

  function shown() {
    return root.dataset.theme || (system.matches ? "light" : "dark");
  }

  function announce() {
    document.dispatchEvent(new Event("fritz:theme"));
  }

  const chosen = localStorage.getItem(KEY);
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;

  system.addEventListener("change", announce);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    root.dataset.theme = shown() === "dark" ? "light" : "dark";
    localStorage.setItem(KEY, root.dataset.theme);
    announce();
  });
})();
