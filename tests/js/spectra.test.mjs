import assert from "node:assert/strict";
import { test } from "node:test";
import { LINES, typedLines } from "../../webapp/static/js/spectral-lines.js";
import { LIGHT_KM_S, lineAt, restWavelength, scale, smoothed, velocityOf } from "../../webapp/static/js/spectra.js";

const near = (one, other, within = 1e-9) => assert.ok(Math.abs(one - other) < within, `${one} is not ${other}`);

test("smoothing keeps constants and sums, and spreads a spike", () => {
  smoothed([2, 2, 2, 2], 1.5).forEach((each) => near(each, 2));
  const spike = Array.from({ length: 41 }, (_, at) => (at === 20 ? 1 : 0));
  const wide = smoothed(spike, 2);
  near(wide.reduce((sum, each) => sum + each, 0), 1, 1e-9);
  near(wide[18] / wide[20], Math.exp(-0.5));
  assert.equal(smoothed(spike, 0), spike);
});

test("spectra are scaled to a median of one", () => {
  near(scale([-4, 2, 4]) * 4, 1);
  near(scale([1, 3]), 0.5);
  assert.deepEqual([scale([]), scale([0, 0])], [1, 1]);
});

test("lines move with redshift and velocity, relativistically", () => {
  near(lineAt(6562.8, 0.1), 7219.08);
  near(lineAt(6355, 0, 10000), 6355 * Math.sqrt((1 - 10000 / LIGHT_KM_S) / (1 + 10000 / LIGHT_KM_S)));
  near(velocityOf(lineAt(6355, 0.05, 11000), 6355, 0.05), 11000, 1e-6);
  near(restWavelength(7219.08, 0.1), 6562.8);
});

test("every line has a wavelength in the optical, and names are distinct", () => {
  assert.equal(new Set(LINES.map((each) => each.name)).size, LINES.length);
  for (const { waves } of LINES) assert.ok(waves.length && waves.every((wave) => wave > 2500 && wave < 11000));
  assert.deepEqual(typedLines("4686, 5876; x -3"), [4686, 5876]);
});
