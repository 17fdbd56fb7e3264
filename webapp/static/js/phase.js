// Folding times at a period.

// Returns the phase of a time in [0, 1).
export function phaseOf(mjd, period, epoch = 0) {
  const turns = (mjd - epoch) / period;
  return turns - Math.floor(turns);
}

// Returns what is drawn, with phases in place of times; each stands twice, so that nothing is cut at
// the edge. Errors stay.
export function folded(drawn, period, epoch) {
  return drawn.flatMap((each) => {
    const phase = phaseOf(each.x, period, epoch);
    return [{ ...each, x: phase }, { ...each, x: phase + 1 }];
  });
}

// A slider's place in [0, 1] stands for periods from shortest to longest, evenly in frequency: a step
// is the same part of a turn over the whole light curve, wherever it is.
export function periodAt(place, shortest, longest) {
  return 1 / (1 / longest + (1 / shortest - 1 / longest) * (1 - place));
}

export function placeOf(period, shortest, longest) {
  return 1 - (1 / period - 1 / longest) / (1 / shortest - 1 / longest);
}

// Returns a period in a unit that reads well.
export function written(period) {
  if (period >= 1) return `${period.toFixed(period < 100 ? 5 : 3)} d`;
  if (period >= 1 / 24) return `${(period * 24).toFixed(5)} h`;
  return `${(period * 1440).toFixed(5)} min`;
}
