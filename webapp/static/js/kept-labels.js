// Labels that were said here and not yet sent, in this browser's storage, of one person and task. What
// somebody said of an alert last takes the place of what was said of it before.
export class KeptLabels {
  constructor(person, task, storage = localStorage) {
    this.name = `fritz-labels-${person}-${task}`;
    this.storage = storage;
  }

  rows() {
    return JSON.parse(this.storage.getItem(this.name) ?? "[]");
  }

  write(rows) {
    if (rows.length) this.storage.setItem(this.name, JSON.stringify(rows));
    else this.storage.removeItem(this.name);
  }

  async all() {
    return this.rows();
  }

  async add(item) {
    this.write([...this.rows().filter((row) => row.item.candid !== item.candid), { key: crypto.randomUUID(), item }]);
  }

  async remove(keys) {
    this.write(this.rows().filter(({ key }) => !keys.includes(key)));
  }
}
