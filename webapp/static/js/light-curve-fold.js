// The fold of a light curve: period by slider, by number, or from the periodogram, which a worker
// computes. Elements: [data-fold] and in it [data-period], [data-slider], [data-times], [data-find],
// [data-shortest], [data-longest], [data-peaks], [data-power], [data-status].
import { isDetection } from "./photometry.js";
import { periodAt, placeOf, written } from "./phase.js";
import { Plot, cssColor, padded } from "./plot.js";

const SLIDER_STEPS = 100000;
const DIGITS = 7;

export class Fold {
  constructor(panel, changed) {
    this.root = panel.querySelector("[data-fold]");
    this.changed = changed;
    this.points = [];
    this.shown = false;
    const asked = panel.askedPeriod;
    this.period = asked ?? 1;
    this.chosen = asked !== null;
    this.labels = { x: "period, days (evenly in frequency)", y: "power" };
    this.ticks = { x: (frequency) => (frequency > 0 ? `${Number((1 / frequency).toPrecision(3))}` : "∞") };
    this.listen();
  }

  part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  listen() {
    this.part("slider").max = SLIDER_STEPS;
    this.part("slider").addEventListener("input", (event) => this.slide(Number(event.target.value) / SLIDER_STEPS));
    this.part("period").addEventListener("change", (event) => Number(event.target.value) > 0 && this.take(Number(event.target.value)));
    for (const button of this.root.querySelectorAll("[data-times]")) {
      button.addEventListener("click", () => this.take(this.period * Number(button.dataset.times)));
    }
    this.part("find").addEventListener("click", () => this.find());
    for (const name of ["shortest", "longest"]) this.part(name).addEventListener("change", () => this.place());
    this.part("peaks").addEventListener("click", (event) => event.target.dataset.peak && this.take(Number(event.target.dataset.peak)));
    this.part("power").addEventListener("click", () => this.take(1 / this.power.plot.posToVal(this.power.plot.cursor.left, "x")));
    this.place();
  }

  destroy() {
    this.power?.destroy();
    this.worker?.terminate();
  }

  bounds() {
    const shortest = Math.max(0.005, Number(this.part("shortest").value) || 0.1);
    return [shortest, Math.max(shortest * 1.01, Number(this.part("longest").value) || 100)];
  }

  // Shows or hides the controls; a light curve that is folded for the first time gets its best period.
  show(wanted, points) {
    this.points = points;
    this.root.hidden = !wanted;
    if (wanted && !this.shown && !this.chosen) this.find();
    this.shown = wanted;
  }

  slide(place) {
    this.set(periodAt(place, ...this.bounds()));
  }

  take(period) {
    this.set(period);
    this.place();
  }

  set(period) {
    if (!(period > 0) || !Number.isFinite(period)) return;
    this.chosen = true;
    this.period = Number(period.toPrecision(DIGITS));
    this.part("period").value = `${this.period}`;
    this.part("slider").setAttribute("aria-valuetext", written(this.period));
    this.changed();
    this.power?.redraw();
  }

  place() {
    const place = placeOf(this.period, ...this.bounds());
    this.part("slider").value = `${Math.round(Math.min(1, Math.max(0, place)) * SLIDER_STEPS)}`;
    this.part("period").value = `${this.period}`;
  }

  // --- the periodogram ----------------------------------------------------------------------

  find() {
    const series = this.series();
    if (!series.length) {
      this.part("status").textContent = "A period needs four detections in one band.";
      return;
    }
    this.worker ??= this.begin();
    this.asked = (this.asked ?? 0) + 1;
    const [shortest, longest] = this.bounds();
    this.part("status").textContent = "Searching…";
    this.worker.postMessage({ id: this.asked, series, options: { shortest, longest } });
  }

  begin() {
    const worker = new Worker(new URL("./periodogram-worker.js", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }) => data.id === this.asked && this.found(data));
    worker.addEventListener("error", () => { this.part("status").textContent = "The period search failed."; });
    return worker;
  }

  // Fluxes of detections, by series: what is fainter than the reference counts as it is.
  series() {
    return grouped(this.points.filter(isDetection)).filter((some) => some.length >= 4).map((some) => ({
      days: some.map((point) => point.mjd),
      values: some.map((point) => point.flux),
      errors: some.map((point) => point.fluxerr),
    }));
  }

  found({ frequencies, power, peaks }) {
    this.result = { ...frequencies, power };
    this.part("peaks").replaceChildren(...peaks.map((peak) => this.peak(peak)));
    this.part("status").textContent = peaks.length ? `Best period ${written(peaks[0].period)}, power ${peaks[0].power.toFixed(2)}` : "No period stands out.";
    if (this.power) this.power.redraw();
    else this.power = new Plot(this.part("power"), this);
    if (peaks.length) this.take(peaks[0].period);
  }

  peak({ period, power }) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.dataset.peak = period;
    button.textContent = `${written(period)} · ${power.toFixed(2)}`;
    item.append(button);
    return item;
  }

  ranges() {
    const { first, step, count } = this.result;
    return { x: padded(first, first + step * (count - 1), 1e-6, 0.01), y: [0, 1] };
  }

  paint(plot, context) {
    const { first, step, power } = this.result;
    const { left, width, top, height } = plot.bbox;
    const highest = new Float64Array(Math.ceil(width) + 1);
    for (const [at, value] of power.entries()) {
      const column = Math.round(plot.valToPos(first + at * step, "x", true) - left);
      if (column >= 0 && value > highest[column]) highest[column] = value;
    }
    context.strokeStyle = cssColor(this.root, "--accent");
    context.lineWidth = window.devicePixelRatio;
    context.beginPath();
    for (const [column, value] of highest.entries()) if (value > 0) {
      context.moveTo(left + column, plot.valToPos(0, "y", true));
      context.lineTo(left + column, plot.valToPos(value, "y", true));
    }
    context.stroke();
    context.strokeStyle = cssColor(this.root, "--tick");
    const x = plot.valToPos(1 / this.period, "x", true);
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, top + height);
    context.stroke();
  }
}

function grouped(points) {
  const found = new Map();
  for (const point of points) {
    if (!found.has(point.key)) found.set(point.key, []);
    found.get(point.key).push(point);
  }
  return [...found.values()];
}
