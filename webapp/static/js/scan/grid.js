// Grid mode: many candidates at a time, marked with a click or the space bar, decided on together.
import { element, words } from "./view.js";

export class Grid {
  constructor(root, stripUrl) {
    this.root = root;
    this.stripUrl = stripUrl;
    this.list = root.querySelector("[data-grid-cards]");
    this.marked = new Set();
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-id]");
      if (button) this.toggle(button.dataset.id);
    });
  }

  toggle(id) {
    if (!this.marked.delete(id)) this.marked.add(id);
    this.list.querySelector(`[data-id="${CSS.escape(id)}"]`)?.setAttribute("aria-pressed", String(this.marked.has(id)));
    this.root.querySelector("[data-marked]").textContent = this.marked.size;
  }

  show(cards, stateOf) {
    this.cards = cards;
    this.list.replaceChildren(
      ...cards.map((card) => {
        const state = stateOf(card);
        return element(
          "li",
          {},
          element(
            "button",
            { type: "button", "data-id": card.id, "aria-pressed": String(this.marked.has(card.id)) },
            card.candid ? element("img", { src: this.stripUrl.replace("CANDID", card.candid), alt: `Stamps of ${card.id}`, loading: "lazy" }) : element("span", { class: "muted" }, "no stamps"),
            element("strong", {}, card.id),
            element("span", { class: "muted" }, `${card.passings[0].filter}, ${card.band} ${card.mag === null ? "—" : card.mag.toFixed(2)}`),
            element("span", { class: state ? `is-${state.kind}` : "muted" }, words(state)),
          ),
        );
      }),
    );
  }

  take() {
    const chosen = this.cards.filter((card) => this.marked.has(card.id));
    this.marked.clear();
    this.root.querySelector("[data-marked]").textContent = 0;
    return chosen;
  }
}
