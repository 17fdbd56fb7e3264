// Theme: dark or light as the system says, or as chosen with the button [data-theme-toggle]: light,
// dark, dome (red alone, at the telescope). Runs before the page is painted, so that it never flashes
// in another theme. What is chosen is kept in this browser and with the person's preferences, so that
// it follows them; a <select data-theme-choice> chooses one, too, or none. Announces a change by the event "fritz:theme" on the document.
"use strict";
(() => {
  const KEY = "fritz-theme";
  const THEMES = ["light", "dark", "dome"];
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: light)");

  function shown() {
    return root.dataset.theme || (system.matches ? "light" : "dark");
  }

  function announce() {
    document.dispatchEvent(new Event("fritz:theme"));
  }

  function name(button) {
    button.title = `Theme: ${shown()}`;
  }

  function remember(theme) {
    if (theme) localStorage.setItem(KEY, theme);
    else localStorage.removeItem(KEY);
    const token = document.querySelector("meta[name=csrf-token]");
    if (!token) return;
    fetch("/api/internal/profile", {
      method: "PATCH",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token.content },
      body: JSON.stringify({ preferences: { theme: theme || null } }),
    }).catch(() => {}); // offline: this browser remembers, and that is enough
  }

  const kept = localStorage.getItem(KEY);
  if (THEMES.includes(kept)) root.dataset.theme = kept;

  system.addEventListener("change", announce);
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-theme-toggle]").forEach(name));
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-theme-choice]")) return;
    const theme = event.target.value;
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    document.querySelectorAll("[data-theme-toggle]").forEach(name);
    remember(theme);
    announce();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-toggle]");
    if (!button) return;
    root.dataset.theme = THEMES[(THEMES.indexOf(shown()) + 1) % THEMES.length];
    name(button);
    remember(root.dataset.theme);
    announce();
  });
})();
