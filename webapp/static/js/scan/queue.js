// The queue of a scan: pages of candidates around the one that is shown. Pages far behind and ahead
// are forgotten but for names and states, so that a long night needs no more memory than a short one.
export const SIZE = 24;
const AHEAD = 8;
const BEHIND = 3;
const KEPT_PAGES = 2;

export class Queue {
  // `load(page)` resolves to {cards, total}; `changed()` is called when there is more to show, and
  // `failed(error)` where a page ahead did not come: it is asked for again at the next step.
  constructor(load, changed, failed = () => {}) {
    Object.assign(this, { load, changed, failed });
    this.pages = new Map();
    this.rows = [];
    this.loading = new Map();
    this.total = 0;
    this.index = 0;
  }

  get current() {
    return this.card(this.index);
  }

  card(index) {
    return this.pages.get(Math.floor(index / SIZE))?.[index % SIZE] ?? null;
  }

  // Cards that will be wanted soon: those ahead first.
  near() {
    const ahead = Array.from({ length: AHEAD }, (_, n) => this.index + 1 + n);
    const behind = Array.from({ length: BEHIND }, (_, n) => this.index - 1 - n);
    return [...ahead, ...behind].map((index) => this.card(index)).filter(Boolean);
  }

  // Moves to a place, and says whether there is one.
  go(index) {
    if (index < 0 || index >= this.total) return false;
    this.index = index;
    this.fill().catch(this.failed);
    return true;
  }

  // Loads what is missing around the current one.
  fill() {
    const wanted = new Set(
      [this.index, this.index + AHEAD, this.index - BEHIND]
        .filter((index) => index >= 0 && (index < this.total || index === 0))
        .map((index) => Math.floor(index / SIZE)),
    );
    const here = Math.floor(this.index / SIZE);
    for (const page of this.pages.keys()) if (Math.abs(page - here) > KEPT_PAGES) this.pages.delete(page);
    return Promise.all([...wanted].map((page) => this.fetch(page)));
  }

  fetch(page) {
    if (this.pages.has(page)) return null;
    if (!this.loading.has(page)) {
      const asked = this.load(page)
        .then(({ cards, total }) => {
          this.pages.set(page, cards);
          this.total = total;
          cards.forEach((card, n) => {
            this.rows[page * SIZE + n] = { id: card.id, candid: card.candid, state: this.rows[page * SIZE + n]?.state ?? null };
          });
          this.changed();
        })
        .finally(() => this.loading.delete(page));
      this.loading.set(page, asked);
    }
    return this.loading.get(page);
  }

  indexOf(id) {
    return this.rows.findIndex((row) => row?.id === id);
  }
}
