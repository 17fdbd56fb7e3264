// What others say of a source appears while one looks at it: the lists of comments and classifications
// are asked for anew, the forms beside them stay as they are.
import { subscribe } from "./live.js";

const LISTS = {
  Comment: ["comments", "ol.comments"],
  Classif: ["classifications", "ol, ul"],
};
const PAUSE_MS = 100;
const page = document.querySelector("[data-source]");
const waiting = new Map();

async function renew(part, list) {
  const shown = document.querySelector(`#${part} :is(${list})`);
  const response = await fetch(`/source/${encodeURIComponent(page.dataset.source)}/${part}`);
  if (!response.ok || !shown) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector(`#${part} :is(${list})`);
  if (!fresh) return;
  shown.replaceWith(document.adoptNode(fresh));
  window.htmx?.process(fresh);
}

subscribe(`source:${page.dataset.source}`, ({ kind }) => {
  for (const [begins, [part, list]] of Object.entries(LISTS)) {
    if (!kind.startsWith(begins)) continue;
    clearTimeout(waiting.get(part));
    waiting.set(part, setTimeout(() => renew(part, list), PAUSE_MS));
  }
});
