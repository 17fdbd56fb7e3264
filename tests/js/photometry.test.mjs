import assert from "node:assert/strict";
import { test } from "node:test";
import { bandOf, coefficient, colourOrder } from "../../webapp/static/js/extinction.js";
import { binned, firstDetection, isDetection, magnitude, readPoints, seriesOf, shown, summary } from "../../webapp/static/js/photometry.js";

const DATA = {
  filters: ["ztfg", "ztfr"],
  instruments: { 1: "ZTF" },
  origins: ["None", "alert_fp"],
  points: [
    [2, 59001.5, 1, 1, 0, 100, 2, 20.5, "314"],
    [1, 59000.5, 0, 1, 0, null, 1, 20.1, null],
    [3, 59002.5, 1, 1, 1, 1.5, 1, null, null],
    [4, 59003.5, 1, 1, 0, -50, 5, 20.5, null],
  ],
};
const near = (one, other, within = 1e-9) => assert.ok(Math.abs(one - other) < within, `${one} is not ${other}`);

test("points are read by time, with names in place of numbers", () => {
  const points = readPoints(DATA);
  assert.deepEqual(points.map((point) => point.id), [1, 2, 3, 4]);
  assert.deepEqual(points.map((point) => point.key), ["ZTF ztfg", "ZTF ztfr", "ZTF ztfr forced", "ZTF ztfr"]);
  assert.equal(points[1].candid, "314");
});

test("a flux is a magnitude, and the error that of its ratio", () => {
  near(magnitude(3631e6), 0, 1e-4);
  const { y, low, high, limit } = shown(readPoints(DATA)[1]);
  near(y, 18.9);
  near(low - y, 1.0857362047581294 * 0.02);
  near(y - high, low - y);
  assert.equal(limit, false);
});

test("what is not seen is a limit: as it was told, else five times the uncertainty", () => {
  const [told, , forced] = readPoints(DATA);
  assert.deepEqual([isDetection(told), shown(told).y, shown(told).limit], [false, 20.1, true]);
  near(shown(forced).y, 23.9 - 2.5 * Math.log10(5));
  assert.equal(shown(told, { view: "flux" }), null);
  near(shown(forced, { view: "flux" }).high, 2.5);
});

test("fainter than the reference is hollow, and below zero in flux", () => {
  const fainter = readPoints(DATA)[3];
  assert.equal(shown(fainter).hollow, true);
  near(shown(fainter).y, magnitude(50));
  assert.equal(shown(fainter, { view: "flux" }).y, -50);
});

test("absolute magnitudes take off the modulus and the dust, fluxes grow by the dust", () => {
  const seen = readPoints(DATA)[1];
  near(shown(seen, { view: "abs", modulus: 38, ebv: 0.1 }).y, 18.9 - 38 - 0.2285);
  near(shown(seen, { view: "flux", ebv: 0.1 }).y, 100 * 10 ** (0.4 * 0.2285));
});

test("bins hold the weighted mean of their series and its error", () => {
  const row = (id, mjd, flux, fluxerr) => [id, mjd, 1, 1, 0, flux, fluxerr, null, null];
  const points = readPoints({ ...DATA, points: [row(1, 10.1, 10, 1), row(2, 10.2, 20, 2), row(3, 11.5, 5, 1), [4, 10.3, 0, 1, 0, null, 1, 19, null]] });
  const means = binned(points, 1);
  assert.deepEqual(means.map((point) => point.count ?? 1), [2, 1, 1]);
  near(means[0].flux, 12);
  near(means[0].fluxerr, Math.sqrt(0.8));
  near(means[0].mjd, 10.12);
  assert.equal(binned(points, 0), points);
});

test("series, the first detection and words", () => {
  const points = readPoints(DATA);
  assert.deepEqual(seriesOf(points, colourOrder).map((each) => [each.key, each.points, each.detections]), [["ZTF ztfg", 1, 0], ["ZTF ztfr", 2, 2], ["ZTF ztfr forced", 1, 0]]);
  assert.equal(firstDetection(points), 59001.5);
  assert.equal(summary(points), "1 detection, 3 limits and non-detections in ztfg, ztfr; brightest 18.90 in ztfr; last 18.90 in ztfr");
  assert.equal(summary([]), "0 detections, 0 limits and non-detections");
});

test("filters are known by name, else by the band at their end", () => {
  assert.deepEqual(["ztfg", "ps1::g", "sdssg", "2massks", "atlaso", "sdssrp", "bessellux"].map(bandOf), ["g", "g", "g", "k", "o", "r", "u"]);
  assert.deepEqual([coefficient("ztfr"), coefficient("ps1::y"), coefficient("gotob"), coefficient("unknown?")], [2.285, 1.087, 3.626, 0]);
  assert.ok(colourOrder("sdssu") < colourOrder("ztfg") && colourOrder("ztfg") < colourOrder("2massks"));
});
