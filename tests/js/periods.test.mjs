import assert from "node:assert/strict";
import { test } from "node:test";
import { grid, peaks, periodogram } from "../../webapp/static/js/periodogram.js";
import { folded, periodAt, phaseOf, placeOf, written } from "../../webapp/static/js/phase.js";

function noise(seed) {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647 - 0.5;
}

function sampled(period, size, amplitude, seed, offset = 0) {
  const random = noise(seed);
  const days = Array.from({ length: size }, (_, at) => at * 1.37 + random() * 0.4);
  const values = days.map((day) => offset + amplitude * Math.sin((2 * Math.PI * day) / period + seed) + 0.05 * random());
  return { days, values, errors: days.map(() => 0.05) };
}

test("a period is found among thousands, from two filters of different means", () => {
  const series = [sampled(0.5734, 120, 0.4, 3, 18), sampled(0.5734, 90, 0.2, 5, 17)];
  const frequencies = grid(164, { shortest: 0.1, longest: 50 });
  const power = periodogram(series, frequencies);
  const found = peaks(power, frequencies, 1 / 164);
  assert.ok(Math.abs(found[0].period - 0.5734) < 2e-4, `${found[0].period}`);
  assert.ok(found[0].power > 0.9 && found[0].power <= 1);
  assert.ok(found.length > 1 && found[1].power < found[0].power);
});

test("power is that of a least-squares fit, at one frequency", () => {
  const { days, values, errors } = sampled(3.3, 40, 0.3, 11);
  const at = { first: 1 / 3.1, step: 0.001, count: 1 };
  const rows = days.map((day) => [1, Math.cos((2 * Math.PI * day) / 3.1), Math.sin((2 * Math.PI * day) / 3.1)]);
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const before = values.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const expected = 1 - leastSquares(rows, values) / before;
  assert.ok(Math.abs(periodogram([{ days, values, errors }], at)[0] - expected) < 1e-10);
});

function leastSquares(rows, values) {
  const matrix = [0, 1, 2].map((i) => [...[0, 1, 2].map((j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)), rows.reduce((sum, row, at) => sum + row[i] * values[at], 0)]);
  for (let i = 0; i < 3; i += 1) {
    for (let j = 0; j < 3; j += 1) {
      if (i === j) continue;
      const factor = matrix[j][i] / matrix[i][i];
      matrix[j] = matrix[j].map((value, at) => value - factor * matrix[i][at]);
    }
  }
  const fit = matrix.map((row, at) => row[3] / row[at]);
  return rows.reduce((sum, row, at) => sum + (values[at] - row.reduce((total, value, i) => total + value * fit[i], 0)) ** 2, 0);
}

test("turning sines from step to step keeps them exact over a long grid", () => {
  const series = [sampled(2.2, 60, 0.3, 7)];
  const whole = periodogram(series, { first: 0.01, step: 1e-4, count: 50000 });
  const single = periodogram(series, { first: 0.01 + 49999e-4, step: 1e-4, count: 1 });
  assert.ok(Math.abs(whole.at(-1) - single[0]) < 1e-8);
});

test("too few points say nothing", () => {
  const power = periodogram([{ days: [1, 2, 3], values: [1, 2, 1], errors: [1, 1, 1] }], { first: 0.1, step: 0.1, count: 3 });
  assert.deepEqual([...power], [0, 0, 0]);
});

test("the grid spans the periods and is as fine as the span asks", () => {
  const { first, step, count } = grid(100, { shortest: 0.5, longest: 50 });
  assert.ok(Math.abs(first - 0.02) < 1e-12);
  assert.ok(Math.abs(first + step * (count - 1) - 2) < 1e-9);
  assert.ok(step <= 1 / 600);
  assert.equal(grid(1e6, { most: 1000 }).count, 1000);
});

test("folding keeps errors and shows each point twice", () => {
  const [one, two] = folded([{ x: 10.75, y: 18, low: 18.1, high: 17.9 }], 0.5, 10);
  assert.ok(Math.abs(one.x - 0.5) < 1e-12 && Math.abs(two.x - 1.5) < 1e-12);
  assert.deepEqual([one.low, two.high], [18.1, 17.9]);
  assert.equal(phaseOf(-0.25, 1), 0.75);
});

test("a slider goes from the shortest to the longest period and back", () => {
  assert.ok(Math.abs(periodAt(0, 0.1, 10) - 0.1) < 1e-12);
  assert.ok(Math.abs(periodAt(1, 0.1, 10) - 10) < 1e-9);
  for (const period of [0.11, 0.5, 3]) assert.ok(Math.abs(periodAt(placeOf(period, 0.1, 10), 0.1, 10) - period) < 1e-9);
  assert.deepEqual([written(2.5), written(0.25), written(0.01)], ["2.50000 d", "6.00000 h", "14.40000 min"]);
});
