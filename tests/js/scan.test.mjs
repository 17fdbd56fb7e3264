import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { readFits, unpacked } from "../../webapp/static/js/fits.js";
import { bestPeriod, drawnAs } from "../../webapp/static/js/light-curve-modes.js";
import { COMMANDS, KEYS, clash, commandOf, keyNamed } from "../../webapp/static/js/scan/keys.js";
import { KeptLabels } from "../../webapp/static/js/kept-labels.js";
import { Outbox } from "../../webapp/static/js/outbox.js";
import { Queue, SIZE } from "../../webapp/static/js/scan/queue.js";
import { report, reportOf } from "../../webapp/static/js/scan/summary.js";
import { limits, painted } from "../../webapp/static/js/stretch.js";

function fits(values, width, more = []) {
  const cards = ["SIMPLE  =                    T", "BITPIX  =                  -32", "NAXIS   =                    2", `NAXIS1  = ${width}`, `NAXIS2  = ${values.length / width}`, ...more, "END"];
  const bytes = new Uint8Array(2 * 2880);
  bytes.set(new TextEncoder().encode(cards.map((card) => card.padEnd(80)).join("").padEnd(2880)));
  const view = new DataView(bytes.buffer, 2880);
  values.forEach((value, n) => view.setFloat32(4 * n, value));
  return bytes;
}

test("a gzipped FITS image gives its pixels, those without a value too", async () => {
  const image = readFits(await unpacked(new Uint8Array(gzipSync(fits([1, NaN, 3, 4.5, 5, 6], 3)))));
  assert.deepEqual([image.width, image.height], [3, 2]);
  assert.deepEqual([...image.pixels], [1, NaN, 3, 4.5, 5, 6]);
});

test("scale and zero point of a FITS image are applied", () => {
  const image = readFits(fits([1, 2], 2, ["BSCALE  = 2.0 / counts", "BZERO   = 10"]));
  assert.deepEqual([...image.pixels], [12, 14]);
});

test("what is no whole FITS image is refused", () => {
  assert.throws(() => readFits(new Uint8Array(80)), /no END/);
  assert.throws(() => readFits(fits([1, 2], 2).subarray(0, 2884)), /cut short/);
});

test("brightness grows with the pixel, faint things first with more contrast", () => {
  const pixels = Float32Array.from({ length: 200 }, (_, n) => n);
  const range = limits(pixels);
  for (const stretch of ["asinh", "linear", "log"]) {
    const levels = painted(pixels, range, { stretch }).filter((_, n) => n % 4 === 0);
    assert.deepEqual([levels[0], levels.at(-1)], [0, 255]);
    assert.ok(levels.every((level, n) => n === 0 || level >= levels[n - 1]), stretch);
  }
  const plain = painted(pixels, range, { stretch: "linear" });
  assert.ok(painted(pixels, range, { stretch: "linear", contrast: 4 })[4 * 40] > plain[4 * 40]);
  assert.equal(painted(pixels, range, { stretch: "linear", inverted: true })[0], 255);
});

test("pixels without a value are transparent, and an image of them alone has no range", () => {
  assert.equal(painted(Float32Array.of(NaN, 1), [0, 1])[3], 0);
  assert.equal(limits(Float32Array.of(NaN)), null);
});

test("a report has a line for each decision, quoted where it must be", () => {
  const at = Date.UTC(2026, 10, 23, 6);
  const saved = { obj_id: "ZTF26aaaaaaa", kind: "saved", at, spent_ms: 2340, group_ids: [2, 5], reason: null };
  const rejected = { obj_id: "ZTF26bbbbbbb", kind: "rejected", at, spent_ms: 0, group_ids: [], reason: 'a "star", near' };
  assert.equal(
    report([saved, rejected]),
    'objectId,decision,at,seconds,groups,reason\nZTF26aaaaaaa,saved,2026-11-23T06:00:00.000Z,2.3,2 5,\nZTF26bbbbbbb,rejected,2026-11-23T06:00:00.000Z,0.0,,"a ""star"", near"\n',
  );
  assert.equal(report([]).split("\n").length, 2);
});

// --- outbox -----------------------------------------------------------------------------------

class Memory {
  constructor() {
    this.rows = [];
    this.next = 1;
  }

  async all() {
    return this.rows.slice();
  }

  async add(item) {
    this.rows.push({ key: this.next++, item });
  }

  async remove(keys) {
    this.rows = this.rows.filter(({ key }) => !keys.includes(key));
  }
}

// A server that may be out of reach, and what waits for another try.
function world() {
  const waiting = [];
  const state = { arrived: [], offline: false, refused: [], delays: [] };
  const send = async (items) => {
    if (state.offline) throw new Error("no network");
    state.arrived.push(...items.map((item) => item.id));
    return items.map((item) => ({ done: item.id !== "bad", message: "not allowed" }));
  };
  const wait = (retry, delay) => {
    state.delays.push(delay);
    waiting.push(retry);
    return waiting.length;
  };
  const store = new Memory();
  const make = () => new Outbox({ store, send, wait, schedule: [10, 20, 40], refused: (item, message) => state.refused.push([item.id, message]) });
  const retry = async (outbox) => {
    waiting.pop()?.();
    await outbox.sending;
  };
  return { state, make, retry, store };
}

test("what is put in arrives once, in order", async () => {
  const { state, make, store } = world();
  const outbox = make();
  for (const id of ["a", "b", "c"]) await outbox.put({ id });
  while (outbox.sending) await outbox.sending;
  assert.deepEqual(state.arrived, ["a", "b", "c"]);
  assert.deepEqual(store.rows, []);
});

test("without a network nothing is lost, and it is tried less and less often", async () => {
  const { state, make, retry } = world();
  state.offline = true;
  const outbox = make();
  await outbox.put({ id: "a" });
  await outbox.sending;
  await outbox.put({ id: "b" });
  await outbox.sending;
  for (let n = 0; n < 3; n += 1) await retry(outbox);
  assert.deepEqual(state.delays, [10, 20, 40, 40, 40]);
  state.offline = false;
  await retry(outbox);
  assert.deepEqual(state.arrived, ["a", "b"]);
});

test("what waits is sent by the next page that is opened", async () => {
  const { state, make } = world();
  state.offline = true;
  const first = make();
  await first.put({ id: "a" });
  await first.sending;
  state.offline = false;
  const second = make();
  await second.flush();
  assert.deepEqual(state.arrived, ["a"]);
});

test("what is refused is told and not sent again", async () => {
  const { state, make } = world();
  const outbox = make();
  await outbox.put({ id: "bad" });
  while (outbox.sending) await outbox.sending;
  await outbox.flush();
  assert.deepEqual([state.arrived, state.refused], [["bad"], [["bad", "not allowed"]]]);
});

test("one that spoils a request is found and told, and the others arrive", async () => {
  const { state, store } = world();
  const send = async (items) => {
    if (items.some(({ id }) => id === "bad")) throw Object.assign(new Error("decisions.1.id: too long"), { status: 400 });
    state.arrived.push(...items.map(({ id }) => id));
    return items.map(() => ({ done: true }));
  };
  for (const id of ["a", "bad", "b", "c"]) await store.add({ id });
  await new Outbox({ store, send, refused: ({ id }, message) => state.refused.push([id, message]) }).flush();
  assert.deepEqual(state.arrived, ["a", "b", "c"]);
  assert.deepEqual(state.refused, [["bad", "decisions.1.id: too long"]]);
  assert.deepEqual(store.rows, []);
});

test("who is signed out keeps what was decided, and is told why it waits", async () => {
  const { store } = world();
  const told = [];
  const send = async () => {
    throw Object.assign(new Error("sign in"), { status: 401 });
  };
  await store.add({ id: "a" });
  const outbox = new Outbox({ store, send, wait: () => 1, changed: (waiting, failures, status) => told.push([waiting, failures, status]) });
  await outbox.flush();
  assert.deepEqual(told.at(-1), [1, 1, 401]);
  assert.equal(store.rows.length, 1);
});

test("a page ahead that does not come is told and asked for again", async () => {
  let offline = false;
  const told = [];
  const load = async (page) => {
    if (offline) throw new Error("no network");
    return { total: 48, cards: Array.from({ length: SIZE }, (_, n) => ({ id: `o${page * SIZE + n}`, candid: "1" })) };
  };
  const queue = new Queue(load, () => {}, (error) => told.push(error.message));
  await queue.fill();
  offline = true;
  queue.go(SIZE - 2);
  await new Promise((done) => setTimeout(done));
  assert.deepEqual(told, ["no network"]);
  offline = false;
  queue.go(SIZE - 1);
  await Promise.all(queue.loading.values());
  assert.ok(queue.card(SIZE));
});

class Storage {
  constructor() {
    this.kept = new Map();
  }

  getItem(name) {
    return this.kept.get(name) ?? null;
  }

  setItem(name, text) {
    this.kept.set(name, text);
  }

  removeItem(name) {
    this.kept.delete(name);
  }
}

test("the last label of an alert is kept, each person's by themselves", async () => {
  const storage = new Storage();
  const [mine, theirs] = [1, 2].map((person) => new KeptLabels(person, "real_bogus", storage));
  await mine.add({ candid: "7", label: "real" });
  const [{ key }] = await mine.all();
  await mine.add({ candid: "7", label: "bogus" });
  await mine.remove([key]); // the one that was sent, not the one said since
  assert.deepEqual((await mine.all()).map(({ item }) => item.label), ["bogus"]);
  assert.deepEqual(await theirs.all(), []);
  await mine.remove((await mine.all()).map((row) => row.key));
  assert.equal(storage.kept.size, 0);
});

// --- queue and keys ---------------------------------------------------------------------------

test("a queue loads pages ahead of the place and forgets those far away", async () => {
  const asked = [];
  const load = async (page) => {
    asked.push(page);
    return { total: 1000, cards: Array.from({ length: SIZE }, (_, n) => ({ id: `o${page * SIZE + n}`, candid: "1" })) };
  };
  const queue = new Queue(load, () => {});
  await queue.fill();
  assert.deepEqual(asked, [0]);
  queue.go(SIZE - 8);
  await Promise.all(queue.loading.values());
  assert.deepEqual(asked, [0, 1]);
  for (let index = 0; index < 1000; index += 1) {
    queue.go(index);
    await Promise.all(queue.loading.values());
    assert.equal(queue.current.id, `o${index}`);
    assert.ok(queue.pages.size <= 6);
  }
  assert.equal(queue.go(1000), false);
  assert.equal(queue.rows[3].id, "o3");
});

test("keys stand for commands, digits for groups, and people may choose others", () => {
  const key = (key, code, more = {}) => commandOf({ key, code, ...more });
  assert.equal(key("j").command, "next");
  assert.equal(key("J").command, "next");
  assert.deepEqual(key("3", "Digit3"), { command: "saveTo", group: 3 });
  assert.deepEqual(key("#", "Digit3", { shiftKey: true }), { command: "mark", group: 3 });
  assert.equal(key("Z", "KeyZ", { shiftKey: true }).command, "invert");
  assert.equal(key("s", "KeyS", { ctrlKey: true }), null);
  assert.equal(commandOf({ key: "d" }, { reject: "d" }).command, "reject");
  assert.equal(commandOf({ key: "x" }, { reject: "d" }), null);
});

test("chosen keys that stand for two things are found, and every command has words", () => {
  assert.deepEqual(Object.keys(COMMANDS), Object.keys(KEYS));
  assert.equal(clash({}), null);
  assert.equal(clash({ reject: "d", save: null }), null);
  assert.deepEqual(clash({ save: "x" }), { key: "x", commands: ["save", "reject"] });
  assert.equal(clash({ save: "x", reject: "s" }), null);
  assert.deepEqual(clash({ undo: "3" }), { key: "3", commands: ["saveTo", "undo"] });
  assert.deepEqual([" ", "x", "Z", "Enter"].map(keyNamed), ["space", "X", "⇧Z", "Enter"]);
});

test("a small light curve turns to fluxes, and folds at its period", () => {
  const detections = Array.from({ length: 60 }, (_, n) => {
    const mjd = 60000 + n * 0.731 + 0.3 * Math.sin(n * n);
    return { x: mjd, mjd, band: "r", mag: 18 + 0.4 * Math.sin((2 * Math.PI * mjd) / 0.57), error: 0.02, brighter: true };
  });
  assert.ok(Math.abs(bestPeriod(detections) - 0.57) < 0.002);
  const folded = drawnAs({ detections, limits: [] }, { fold: true });
  assert.match(folded.x, /phase at/);
  assert.ok(folded.detections.every(({ x }) => x >= 0 && x < 2));
  const flux = drawnAs({ detections: [{ ...detections[0], mag: 23.9, error: 0.1 }], limits: [] }, { space: "flux" });
  assert.ok(Math.abs(flux.detections[0].mag - 1) < 1e-9);
  assert.ok(Math.abs(flux.detections[0].error - 0.0921) < 1e-3);
});

test("a report is asked of what was saved, where it went and whose filters passed it", () => {
  const passing = (group_id, passed_at) => ({ group_id, passed_at });
  const cards = [
    { id: "a", passings: [passing(2, "2026-11-23T05:00:00+00:00"), passing(5, "2026-11-22T05:00:00+00:00")] },
    { id: "b", passings: [passing(3, "2026-11-20T05:00:00+00:00")] },
  ];
  const made = [
    { obj_id: "a", kind: "saved", group_ids: [4, 2], at: 1e12 },
    { obj_id: "b", kind: "rejected", group_ids: [], at: 0 },
  ];
  assert.deepEqual(reportOf(made, cards, 1e12 + 3.6e6), {
    group_ids: [2, 4, 5],
    passed_filters_range: { start_date: "2026-11-22T05:00:00+00:00", end_date: "2026-11-23T05:00:00+00:00" },
    saved_candidates_window_hours: 1.1,
  });
  assert.equal(reportOf(made.slice(1), cards, 1), null);
});
