// The outbox: what somebody decided goes here first and is sent until the server says that it has it.
// It survives a reload and a lost network. What the server refuses is not sent again.
export const SCHEDULE_MS = [500, 1000, 2000, 5000, 10000, 30000];
const MOST = 50;

export class Outbox {
  // `store`: {all(), add(item), remove(keys)}; all() resolves to [{key, item}] in order.
  // `send(items)`: resolves to [{done, message}] in order; rejects where nothing is known to have arrived.
  constructor({ store, send, refused = () => {}, changed = () => {}, schedule = SCHEDULE_MS, wait = setTimeout }) {
    Object.assign(this, { store, send, refused, changed, schedule, wait });
    this.failures = 0;
    this.waiting = 0;
    this.sending = null;
    this.timer = null;
  }

  async put(item) {
    this.waiting += 1;
    await this.store.add(item);
    this.flush();
  }

  // Sends what waits; called again while it sends, it sends once more after.
  flush() {
    if (this.sending) {
      this.again = true;
      return this.sending;
    }
    this.sending = this.work().finally(() => {
      this.sending = null;
      if (this.again) {
        this.again = false;
        this.flush();
      }
    });
    return this.sending;
  }

  async work() {
    clearTimeout(this.timer);
    for (;;) {
      const waiting = await this.store.all();
      this.waiting = waiting.length;
      this.changed(waiting.length, this.failures);
      if (!waiting.length) return;
      const batch = waiting.slice(0, MOST);
      let answers;
      try {
        answers = await this.send(batch.map(({ item }) => item));
      } catch {
        const delay = this.schedule[Math.min(this.failures, this.schedule.length - 1)];
        this.failures += 1;
        this.changed(waiting.length, this.failures);
        this.timer = this.wait(() => this.flush(), delay);
        return;
      }
      this.failures = 0;
      await this.store.remove(batch.map(({ key }) => key));
      answers.forEach((answer, n) => answer.done || this.refused(batch[n].item, answer.message));
    }
  }
}
