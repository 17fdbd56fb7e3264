// How a small light curve is drawn: magnitudes or fluxes, over time or folded at its best period.
import { grid, peaks, periodogram } from "./periodogram.js";
import { folded, written } from "./phase.js";

const ZERO_POINT = 23.9;
const POGSON = 2.5 / Math.LN10;
const FREQUENCIES = 8000;

export function fluxOf(mag) {
  return 10 ** (-0.4 * (mag - ZERO_POINT));
}

function asFlux({ mag, error, brighter, ...rest }) {
  const flux = fluxOf(mag) * (brighter === false ? -1 : 1);
  return { ...rest, mag: flux, brighter, error: error === undefined ? undefined : Math.abs(flux) * (error / POGSON) };
}

// The period of the highest peak of the detections' periodogram, days; null if there are too few.
export function bestPeriod(detections) {
  const times = detections.map((point) => point.mjd);
  const span = Math.max(...times) - Math.min(...times);
  if (detections.length < 5 || !(span > 1)) return null;
  const bands = new Map();
  for (const { mjd, band, mag, error } of detections) {
    if (!bands.has(band)) bands.set(band, { days: [], values: [], errors: [] });
    const series = bands.get(band);
    series.days.push(mjd - times[0]);
    series.values.push(mag);
    series.errors.push(error || 0.02);
  }
  const frequencies = grid(span, { most: FREQUENCIES });
  const found = peaks(periodogram([...bands.values()], frequencies), frequencies, 1 / span, 1);
  return found[0]?.period ?? null;
}

// Returns {detections, limits, x, y, inverted} of points with `x`, `mjd`, `band`, `mag`, `error`; `x` and
// `y` name the axes, and are null where nothing is changed.
export function drawnAs({ detections, limits }, { space, fold }) {
  const flux = space === "flux";
  const period = fold ? bestPeriod(detections) : null;
  const turn = (points) => (period ? folded(points.map((point) => ({ ...point, x: point.mjd })), period, 0) : points);
  const convert = (points) => turn(flux ? points.map(asFlux) : points);
  return {
    detections: convert(detections),
    limits: convert(limits),
    x: period ? `phase at ${written(period)}` : null,
    y: flux ? "difference flux, µJy" : null,
    inverted: !flux,
  };
}
