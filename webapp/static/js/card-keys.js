// Card keys: J and K (or the arrows) move the focus through the cards of [data-cards], Enter opens
// the card's link. Past the last card J goes to the older page, before the first K to the newer.
const cards = [...document.querySelectorAll("[data-card]")];
const FIRST = "first-card";
const LAST = "last-card";

function focus(card) {
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

function turn(rel, landing) {
  const link = document.querySelector(`a[rel=${rel}]`);
  if (!link) return;
  sessionStorage.setItem("fritz-landing", landing);
  location.assign(link.href);
}

function move(step) {
  const here = cards.indexOf(document.activeElement.closest("[data-card]"));
  const next = here === -1 ? 0 : here + step;
  if (next < 0) turn("prev", LAST);
  else if (next >= cards.length) turn("next", FIRST);
  else focus(cards[next]);
}

const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, select, textarea")) return;
  const step = STEPS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (step) {
    event.preventDefault();
    move(step);
  } else if (event.key === "Enter" && event.target.matches("[data-card]")) {
    event.target.querySelector("h2 a, a[data-open]").click();
  }
});

const landing = sessionStorage.getItem("fritz-landing");
sessionStorage.removeItem("fritz-landing");
if (landing && cards.length) focus(landing === LAST ? cards.at(-1) : cards[0]);
