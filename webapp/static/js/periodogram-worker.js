// Computes periodograms beside the page: {series, options} in, {frequencies, power, peaks} out.
import { grid, peaks, periodogram, spanOf } from "./periodogram.js";

self.addEventListener("message", ({ data: { id, series, options } }) => {
  const span = Math.max(1, spanOf(series));
  const frequencies = grid(span, options);
  const power = periodogram(series, frequencies);
  self.postMessage({ id, frequencies, power, peaks: peaks(power, frequencies, 1 / span) }, [power.buffer]);
});
