// Photometry without a plot: fluxes to magnitudes, limits, absolute magnitudes, bins, selections,
// words. Fluxes are AB microjansky; times MJD, days.
import { bandOf, coefficient } from "./extinction.js";

export const MICROJANSKY_ZERO_POINT = 23.9;
export const DETECTION_SNR = 3;
const LIMIT_SNR = 5;
const POGSON = 2.5 / Math.LN10;

// Columns of a point as the page carries it, in this order.
const COLUMNS = ["id", "mjd", "filter", "instrument", "origin", "flux", "fluxerr", "limit", "candid"];

// Returns the points of {filters, instruments, origins, points}, by time. A point's `key` names what
// it is toggled with: instrument, filter and, where it is forced, that.
export function readPoints(data) {
  const points = data.points.map((row) => {
    const point = Object.fromEntries(COLUMNS.map((name, at) => [name, row[at] ?? null]));
    point.filter = data.filters[point.filter];
    point.instrument = data.instruments[point.instrument];
    point.origin = data.origins[point.origin];
    point.forced = point.origin.toLowerCase().includes("fp");
    point.band = bandOf(point.filter);
    point.key = keyOf(point);
    return point;
  });
  return points.sort((one, other) => one.mjd - other.mjd);
}

export function keyOf({ instrument, filter, forced }) {
  return `${instrument} ${filter}${forced ? " forced" : ""}`;
}

export function isDetection({ flux, fluxerr }) {
  return flux !== null && fluxerr > 0 && Math.abs(flux) >= DETECTION_SNR * fluxerr;
}

export function magnitude(flux) {
  return flux > 0 ? MICROJANSKY_ZERO_POINT - 2.5 * Math.log10(flux) : null;
}

// Returns what is drawn of a point, {x, y, low, high, limit, hollow}, or null.
// Views: "mag", "abs" and "flux". A point that is no detection is a limit in magnitudes, at five times
// its uncertainty unless it says what it is, and itself with its error in fluxes.
export function shown(point, { view = "mag", modulus = null, ebv = 0 } = {}) {
  const dust = ebv ? coefficient(point.filter) * ebv : 0;
  if (view === "flux") return shownFlux(point, 10 ** (0.4 * dust));
  const shift = (view === "abs" ? modulus : 0) + dust;
  if (isDetection(point)) {
    // A source that is fainter than in the reference has no magnitude; the size of the change has.
    const size = Math.abs(point.flux);
    const y = magnitude(size) - shift;
    const error = (POGSON * point.fluxerr) / size;
    return { point, x: point.mjd, y, low: y + error, high: y - error, limit: false, hollow: point.flux < 0 };
  }
  const limit = point.limit ?? magnitude(LIMIT_SNR * point.fluxerr);
  if (limit === null || !Number.isFinite(limit)) return null;
  return { point, x: point.mjd, y: limit - shift, low: null, high: null, limit: true, hollow: true };
}

function shownFlux(point, factor) {
  if (point.flux === null) return null;
  const y = point.flux * factor;
  const error = point.fluxerr * factor;
  const seen = isDetection(point);
  return { point, x: point.mjd, y, low: y - error, high: y + error, limit: false, hollow: !seen };
}

// Returns points with each series' measurements within the same bin made one: the mean weighted by
// inverse variances, in flux. What has no flux stays as it is; `days` of 0 changes nothing.
export function binned(points, days) {
  if (!(days > 0)) return points;
  const bins = new Map();
  const left = [];
  for (const point of points) {
    if (point.flux === null || !(point.fluxerr > 0)) {
      left.push(point);
      continue;
    }
    const key = `${point.key}|${Math.floor(point.mjd / days)}`;
    if (!bins.has(key)) bins.set(key, []);
    bins.get(key).push(point);
  }
  const means = [...bins.values()].map((some) => (some.length === 1 ? some[0] : mean(some)));
  return [...means, ...left].sort((one, other) => one.mjd - other.mjd);
}

function mean(points) {
  let [weights, flux, mjd] = [0, 0, 0];
  for (const point of points) {
    const weight = point.fluxerr ** -2;
    weights += weight;
    flux += weight * point.flux;
    mjd += weight * point.mjd;
  }
  const last = points.at(-1);
  const made = { flux: flux / weights, mjd: mjd / weights, fluxerr: weights ** -0.5 };
  return { ...last, ...made, limit: null, count: points.length };
}

export function firstDetection(points) {
  return points.find((point) => isDetection(point) && point.flux > 0)?.mjd ?? null;
}

// Returns the series of points, [{key, instrument, filter, forced, points, detections}], by
// instrument and filter, blue to red as `order` says.
export function seriesOf(points, order = (filter) => filter) {
  const found = new Map();
  for (const point of points) {
    if (!found.has(point.key)) {
      const { key, instrument, filter, forced } = point;
      found.set(key, { key, instrument, filter, forced, points: 0, detections: 0 });
    }
    const series = found.get(point.key);
    series.points += 1;
    if (isDetection(point)) series.detections += 1;
  }
  const rank = (series) => [series.instrument, series.forced ? 1 : 0, order(series.filter)];
  return [...found.values()].sort((one, other) => compare(rank(one), rank(other)));
}

function compare(one, other) {
  for (const [at, value] of one.entries()) {
    if (value < other[at]) return -1;
    if (value > other[at]) return 1;
  }
  return 0;
}

// Returns the light curve in words, for those who do not see the plot.
export function summary(points) {
  const seen = points.filter((point) => isDetection(point) && point.flux > 0);
  const filters = [...new Set(points.map((point) => point.filter))];
  const rest = points.length - seen.length;
  let text = `${count(seen.length, "detection")}, ${count(rest, "limit or non-detection", "limits and non-detections")}`;
  if (filters.length) text += ` in ${filters.join(", ")}`;
  if (!seen.length) return text;
  const brightest = seen.reduce((one, other) => (other.flux > one.flux ? other : one));
  const last = seen.at(-1);
  if (seen.length > 1) text += ` over ${(last.mjd - seen[0].mjd).toFixed(1)} days`;
  text += `; brightest ${magnitude(brightest.flux).toFixed(2)} in ${brightest.filter}`;
  return `${text}; last ${magnitude(last.flux).toFixed(2)} in ${last.filter}`;
}

function count(number, one, several = `${one}s`) {
  return `${number} ${number === 1 ? one : several}`;
}
