// Says in words whether what others change arrives on this page by itself.
import { subscribe } from "./live.js";

const WORDS = {
  live: "hears of changes at once",
  connecting: "is connecting",
  polling: "asks every 20 s",
  "signed out": "is signed out",
};

const said = document.querySelector("[data-live-words]");
document.addEventListener("fritz:live", ({ detail }) => {
  said.textContent = WORDS[detail] ?? detail;
});
subscribe("mine", () => {});
