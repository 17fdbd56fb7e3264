// Lomb-Scargle periodogram with errors and a mean of its own in each series (Zechmeister & Kürster
// 2009, A&A 496, 577, eqs. 4-22): p(f) = (chi0^2 - chi^2(f)) / chi0^2, in [0, 1]. Series of different
// filters share the frequency, each has its own amplitude and phase; chi^2 are summed.
const TURN = 2 * Math.PI;
const FEWEST = 4;

// Returns [{days, values, weights, reference}] with weighted means taken off; series of too few points
// say nothing.
export function prepared(series) {
  return series.filter((each) => each.days.length >= FEWEST).map(({ days, values, errors }) => {
    const inverse = errors.map((error) => (error > 0 ? error ** -2 : 0));
    const total = inverse.reduce((sum, each) => sum + each, 0);
    const weights = Float64Array.from(inverse, (each) => each / total);
    const mean = values.reduce((sum, value, at) => sum + weights[at] * value, 0);
    const centred = Float64Array.from(values, (value) => value - mean);
    const reference = centred.reduce((sum, value, at) => sum + weights[at] * value * value, 0);
    return { days: Float64Array.from(days), values: centred, weights, reference, total };
  });
}

// Returns the time from the first to the last point of all series, days.
export function spanOf(series) {
  let [first, last] = [Infinity, -Infinity];
  for (const { days } of series) {
    for (const day of days) {
      first = Math.min(first, day);
      last = Math.max(last, day);
    }
  }
  return last - first;
}

// Returns the frequencies that are looked at, {first, step, count}, cycles a day.
// `oversampling` is how many steps there are within a peak's width, 1 / span.
export function grid(span, { shortest = 0.1, longest = span, oversampling = 6, most = 60000 } = {}) {
  const first = 1 / longest;
  const last = 1 / shortest;
  const fine = 1 / (oversampling * span);
  const count = Math.max(2, Math.min(most, Math.ceil((last - first) / fine) + 1));
  return { first, step: (last - first) / (count - 1), count };
}

// Returns the power at each frequency.
export function periodogram(series, { first, step, count }) {
  const power = new Float64Array(count);
  const all = prepared(series);
  const reference = all.reduce((sum, each) => sum + each.total * each.reference, 0);
  if (!(reference > 0)) return power;
  for (const each of all) add(power, each, first, step);
  for (let at = 0; at < count; at += 1) power[at] /= reference;
  return power;
}

// Adds total * (chi0^2 - chi^2) of one series. Each point's sine and cosine are turned from one frequency to the
// next: two multiplications in place of two calls.
function add(power, { days, values, weights, total }, first, step) {
  const size = days.length;
  const [sin, cos] = [new Float64Array(size), new Float64Array(size)];
  const [stepSin, stepCos] = [new Float64Array(size), new Float64Array(size)];
  for (let i = 0; i < size; i += 1) {
    sin[i] = Math.sin(TURN * first * days[i]);
    cos[i] = Math.cos(TURN * first * days[i]);
    stepSin[i] = Math.sin(TURN * step * days[i]);
    stepCos[i] = Math.cos(TURN * step * days[i]);
  }
  for (let at = 0; at < power.length; at += 1) {
    let [s, c, ys, yc, ss, cs] = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < size; i += 1) {
      const ws = weights[i] * sin[i];
      const wc = weights[i] * cos[i];
      s += ws;
      c += wc;
      ys += ws * values[i];
      yc += wc * values[i];
      ss += ws * sin[i];
      cs += wc * sin[i];
      const turned = sin[i] * stepCos[i] + cos[i] * stepSin[i];
      cos[i] = cos[i] * stepCos[i] - sin[i] * stepSin[i];
      sin[i] = turned;
    }
    const SS = ss - s * s;
    const CC = 1 - ss - c * c;
    const CS = cs - c * s;
    const determinant = CC * SS - CS * CS;
    if (determinant > 1e-12) power[at] += (total * (SS * yc * yc + CC * ys * ys - 2 * CS * yc * ys)) / determinant;
  }
}

// Returns the highest peaks, [{period, power}], a peak's width apart at least.
export function peaks(power, { first, step }, width, most = 5) {
  const highest = [...power.keys()]
    .filter((at) => power[at] > (power[at - 1] ?? -1) && power[at] >= (power[at + 1] ?? -1))
    .sort((one, other) => power[other] - power[one]);
  const found = [];
  for (const at of highest) {
    const frequency = first + at * step;
    if (found.every((each) => Math.abs(1 / each.period - frequency) > width)) {
      found.push({ period: 1 / refined(power, at, first, step), power: power[at] });
    }
    if (found.length === most) break;
  }
  return found;
}

// The top of the parabola through a peak and its neighbours.
function refined(power, at, first, step) {
  const [left, top, right] = [power[at - 1], power[at], power[at + 1]];
  const bend = left - 2 * top + right;
  const offset = Number.isFinite(bend) && bend < 0 ? (left - right) / (2 * bend) : 0;
  return first + (at + offset) * step;
}
