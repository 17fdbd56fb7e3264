import assert from "node:assert/strict";
import { test } from "node:test";

import { extent, levelled, padded } from "../../webapp/static/js/plot.js";

test("a degree on the sky is as wide as it is high, and nothing is left out", () => {
  for (const [x, y] of [[[10, 20], [59, 61]], [[10, 10.1], [-5, 5]], [[359, 361], [0, 0.5]]]) {
    const found = levelled({ x, y }, 800, 300);
    const across = Math.cos((((y[0] + y[1]) / 2) * Math.PI) / 180);
    const wide = 800 / ((found.x[1] - found.x[0]) * across);
    const high = 300 / (found.y[1] - found.y[0]);
    assert.ok(Math.abs(wide / high - 1) < 1e-9);
    assert.ok(found.x[0] <= x[0] + 1e-9 && found.x[1] >= x[1] - 1e-9);
    assert.ok(found.y[0] <= y[0] + 1e-9 && found.y[1] >= y[1] - 1e-9);
  }
});

test("ranges have margins, also of one value and of none", () => {
  assert.deepEqual(padded(...extent([5]), 2), [3, 7]);
  assert.deepEqual(padded(...extent([]), 2), [0, 1]);
  assert.deepEqual(extent([3, 1, 2]), [1, 3]);
});
