// The night board counts anew when somebody has scanned or saved.
import { subscribe } from "./live.js";

const PAUSE_MS = 2000;
let waiting = null;

subscribe("mine", ({ kind }) => {
  if (!/^(Candidate|Source)/.test(kind) || waiting) return;
  waiting = setTimeout(() => {
    waiting = null;
    document.body.dispatchEvent(new Event("fritz:scan"));
  }, PAUSE_MS);
});
