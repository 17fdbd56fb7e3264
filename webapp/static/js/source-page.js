// The page of a source: copying, the stamps of a point that was clicked, refused forms, keys, and
// what other people change meanwhile. Panels that are not above the fold are imported when they come.
const page = document.querySelector("[data-source]");
const source = page.dataset.source;

// --- copying ----------------------------------------------------------------------------------

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const text = button.dataset.copy ?? document.getElementById(button.dataset.copyFrom).textContent;
  await navigator.clipboard.writeText(text);
  document.querySelector("[data-copied]").textContent = "copied";
});

// --- stamps of a point ------------------------------------------------------------------------

document.addEventListener("fritz:point", ({ detail: point }) => {
  const note = page.querySelector("[data-stamps-of]");
  const when = `${point.filter}, MJD ${point.mjd.toFixed(4)}`;
  if (!point.candid) {
    note.textContent = `${when}: no alert, so no stamps`;
    return;
  }
  const images = page.querySelectorAll("[data-stamps] img");
  const url = `/source/${encodeURIComponent(source)}/alert/${point.candid}/strip.png`;
  for (const image of images) {
    image.loading = "eager";
    image.onerror = () => { note.textContent = `${when}: no stamps are kept of alert ${point.candid}`; };
    image.src = url;
  }
  note.textContent = `${when}, candid ${point.candid}`;
});

// --- forms ------------------------------------------------------------------------------------

// What was refused is said in the form, which stays as it is.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (xhr.status < 400) return;
  const place = requestConfig.elt.querySelector("[data-fault]");
  if (!place) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
  event.detail.target = place;
  event.detail.swapOverride = "innerHTML";
});

document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (elt.querySelector?.("spectra-panel")) import("./spectra-panel.js");
});

// --- keys: as when scanning -------------------------------------------------------------------

const KEYS = {
  m: () => page.querySelector("light-curve-panel").toggle("view", "mag", "flux"),
  p: () => page.querySelector("light-curve-panel").toggle("axis", "mjd", "phase"),
  n: () => page.querySelector("[data-key=n]")?.focus(),
  c: () => classify(),
  s: () => open("save"),
};

function open(name) {
  const menu = page.querySelector(`[data-menu=${name}]`);
  menu.open = true;
  menu.querySelector("input:not([type=hidden]), button")?.focus();
}

function classify() {
  const select = page.querySelector("[data-key=c]");
  if (select) select.focus();
  else page.querySelector("#later-classifications")?.scrollIntoView({ block: "center" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea")) return;
  const act = KEYS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of page.querySelectorAll("details.menu[open]")) menu.open = false;
});
