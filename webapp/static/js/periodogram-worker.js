// Computes periodograms beside the page: {series, options} in, {frequencies, power, peaks} out.
import { grid, peaks, periodogram } from "./periodogram.js";

self.addEventListener("message", ({ data: { id, series, options } }) => {
  const days = series.flatMap((each) => each.days);
  const span = Math.max(1, Math.max(...days) - Math.min(...days));
  const frequencies = grid(span, options);
  const power = periodogram(series, frequencies);
  self.postMessage({ id, frequencies, power, peaks: peaks(power, frequencies, 1 / span) }, [power.buffer]);
});
