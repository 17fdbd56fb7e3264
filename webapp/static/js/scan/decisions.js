// Deciding: at once on the page, then through the outbox. What was decided here is remembered for undo,
// for a month, also after a reload.
import { Outbox } from "../outbox.js";

const KEPT_MS = 30 * 24 * 3600 * 1000;

export class Decisions {
  constructor(stores, { send, refused, changed, schedule }) {
    this.made = stores.made;
    this.outbox = new Outbox({ store: stores.outbox, send, refused, changed, schedule });
    this.stack = [];
  }

  async restore() {
    const made = await this.made.all();
    const old = made.filter(({ item }) => item.at < Date.now() - KEPT_MS);
    await this.made.remove(old.map(({ key }) => key));
    this.stack = made.slice(old.length);
    addEventListener("online", () => this.outbox.flush());
    this.outbox.flush();
  }

  async decide(card, kind, { groupIds = [], reason = null, spentMs = 0 } = {}) {
    const decision = {
      id: crypto.randomUUID(),
      obj_id: card.id,
      filter_ids: card.passings.map((each) => each.filter_id),
      kind,
      group_ids: groupIds,
      reason,
    };
    const item = { ...decision, spent_ms: spentMs, at: Date.now() };
    this.stack.push({ item });
    await Promise.all([this.made.add(item), this.outbox.put(decision)]);
    return decision;
  }

  // Takes the last one back and returns it, or null.
  async undo() {
    const last = this.stack.pop();
    if (!last) return null;
    const { id, obj_id, filter_ids } = last.item;
    const kept = await this.made.all();
    await this.made.remove(kept.filter(({ item }) => item.id === id).map(({ key }) => key));
    await this.outbox.put({ id, obj_id, filter_ids, kind: "undone" });
    return last.item;
  }

  // A decision that the server refused never was.
  async forget(id) {
    this.stack = this.stack.filter(({ item }) => item.id !== id);
    const kept = await this.made.all();
    await this.made.remove(kept.filter(({ item }) => item.id === id).map(({ key }) => key));
  }
}
