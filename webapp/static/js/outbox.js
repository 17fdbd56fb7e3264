// An outbox: what somebody decided or said goes here first and is sent until the server says that it has it.
// It survives a reload and a lost network. What the server refuses is not sent again.
export const SCHEDULE_MS = [500, 1000, 2000, 5000, 10000, 30000];
const MOST = 50;
const REFUSALS = [400, 413];

export class Outbox {
  // `store`: {all(), add(item), remove(keys)}; all() resolves to [{key, item}] in order.
  // `send(items)`: resolves to [{done, message}] in order; rejects where nothing is known to have arrived,
  // with the `status` of the answer if there was one. `refusals`: those that say that a request will
  // never do; after all others it is sent again.
  constructor({ store, send, refused = () => {}, changed = () => {}, refusals = REFUSALS, schedule = SCHEDULE_MS, wait = setTimeout }) {
    Object.assign(this, { store, send, refused, changed, refusals, schedule, wait });
    this.failures = 0;
    this.alone = 0; // how many are sent one by one
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
      const batch = waiting.slice(0, this.alone > 0 ? 1 : MOST);
      this.alone = Math.max(0, this.alone - 1);
      let answers;
      try {
        answers = await this.send(batch.map(({ item }) => item));
      } catch (error) {
        if (!this.refusals.includes(error.status)) {
          this.later(waiting.length, error.status);
          return;
        }
        if (batch.length > 1) {
          this.alone = batch.length; // one of them spoils the request: each by itself tells which
          continue;
        }
        answers = [{ done: false, message: error.message }];
      }
      this.failures = 0;
      await this.store.remove(batch.map(({ key }) => key));
      answers.forEach((answer, n) => answer.done || this.refused(batch[n].item, answer.message));
    }
  }

  later(waiting, status) {
    const delay = this.schedule[Math.min(this.failures, this.schedule.length - 1)];
    this.failures += 1;
    this.changed(waiting, this.failures, status);
    this.timer = this.wait(() => this.flush(), delay);
  }
}

// Why something still waits, in words; `status` as `changed` is told it.
export function reason(status) {
  if (status === 401 || status === 403) return "signed out";
  return status ? "the server is in trouble" : "offline";
}
