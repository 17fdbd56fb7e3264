// <light-curve data-axis="days|mjd" data-space="mag|flux" data-fold>: draws the light curve that stands
// in it as JSON, {mjd, detections: [[mjd, band, mag, error, brighter]], limits: [[mjd, band, mag]]};
// with data-fold at its best period.
// uPlot does axes, cursor and zoom (drag; double click to undo), light-curve-marks.js the points.
import { BANDS, drawDetection, drawLimit, drawSwatch } from "./light-curve-marks.js";
import { drawnAs } from "./light-curve-modes.js";

const READOUT_PX = 30;
const INCREMENTS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

function color(element, name) {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

function range(values, low, high, least) {
  const min = Math.min(...values);
  const max = Math.max(...values);
  const margin = Math.max((max - min) * 0.06, least);
  return [min - (low ? margin : 0), max + (high ? margin : 0)];
}

function sorted(points) {
  return points.slice().sort((one, other) => one.x - other.x);
}

class LightCurve extends HTMLElement {
  connectedCallback() {
    const data = JSON.parse(this.querySelector("script").textContent);
    const days = this.dataset.axis === "days";
    const x = (mjd) => (days ? mjd - data.mjd : mjd);
    const detected = data.detections.map(([mjd, band, mag, error, brighter]) => ({ x: x(mjd), mjd, band, mag, error, brighter }));
    const limited = data.limits.map(([mjd, band, mag]) => ({ x: x(mjd), mjd, band, mag }));
    this.drawn = drawnAs({ detections: detected, limits: limited }, { space: this.dataset.space, fold: "fold" in this.dataset });
    this.detections = sorted(this.drawn.detections);
    this.limits = sorted(this.drawn.limits);
    this.points = sorted([...this.detections, ...this.limits]);
    if (!this.points.length) {
      this.append(this.note("No photometry yet"));
      return;
    }
    this.append(this.legend());
    this.readout = this.note("");
    this.plotted = document.createElement("div");
    this.plotted.className = "plot";
    this.append(this.plotted, this.readout);
    this.draw();
    this.observer = new ResizeObserver(() => this.plot.setSize(this.size()));
    this.observer.observe(this.plotted);
    this.onTheme = () => this.draw();
    document.addEventListener("fritz:theme", this.onTheme);
  }

  disconnectedCallback() {
    this.observer?.disconnect();
    document.removeEventListener("fritz:theme", this.onTheme);
    this.plot?.destroy();
  }

  note(text) {
    const note = document.createElement("p");
    note.className = "readout";
    note.textContent = text;
    return note;
  }

  legend() {
    const list = document.createElement("ul");
    list.className = "legend";
    list.ariaHidden = "true";
    for (const band of BANDS.filter((each) => this.points.some((point) => point.band === each))) {
      const item = document.createElement("li");
      item.append(drawSwatch(band, "detection"), band);
      if (this.limits.some((limit) => limit.band === band)) item.append(drawSwatch(band, "limit"));
      list.append(item);
    }
    if (this.detections.some((point) => !point.brighter)) {
      const item = document.createElement("li");
      item.append(drawSwatch("g", "fainter"), "fainter than reference");
      list.append(item);
    }
    return list;
  }

  size() {
    return { width: Math.max(200, this.plotted.clientWidth), height: Math.max(120, this.plotted.clientHeight) };
  }

  draw() {
    this.plot?.destroy();
    const xs = [...new Set(this.points.map((point) => point.x))];
    const mags = this.points.map((point) => point.mag);
    const bars = this.detections.flatMap(({ mag, error }) => [mag - error, mag + error]);
    const shown = range(mags.concat(bars), true, true, this.drawn.inverted ? 0.15 : 1);
    const times = range(xs, true, true, this.drawn.x ? 0.02 : 0.5);
    this.plot = new window.uPlot(
      {
        ...this.size(),
        scales: {
          x: { time: false, range: (_plot, min, max) => (min <= xs[0] && max >= xs.at(-1) ? times : [min, max]) },
          y: { dir: this.drawn.inverted ? -1 : 1, range: () => shown },
        },
        legend: { show: false },
        cursor: { points: { show: false }, y: false, drag: { x: true, y: false } },
        padding: [8, 16, 0, 0],
        series: [{}, { paths: () => null, points: { show: false } }],
        axes: this.axes(),
        hooks: { draw: [(plot) => this.mark(plot)], setCursor: [(plot) => this.read(plot)] },
      },
      [xs, xs.map(() => shown[0])],
      this.plotted,
    );
  }

  axes() {
    const line = color(this, "--grid");
    const text = color(this, "--muted");
    const font = `11px ${color(this, "--sans")}`;
    const axis = { stroke: text, font, labelFont: font, labelSize: 18, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1, size: 5 } };
    const days = this.dataset.axis === "days";
    return [
      {
        ...axis,
        size: 26,
        incrs: INCREMENTS,
        label: this.drawn.x ?? (days ? "days from the latest alert" : "MJD"),
        values: (_plot, ticks) => ticks.map((tick) => (days && tick > 0 ? `+${tick}` : `${tick}`.replace("-", "−"))),
      },
      { ...axis, size: 48, label: this.drawn.y ?? "AB magnitude", space: days ? 24 : 34, values: (_plot, ticks) => ticks.map((tick) => `${Math.round(tick * 1000) / 1000}`) },
    ];
  }

  mark(plot) {
    const context = plot.ctx;
    const style = getComputedStyle(this); // once a draw: it is what costs
    const bands = Object.fromEntries(BANDS.map((band) => [band, style.getPropertyValue(`--band-${band}`).trim()]));
    const ground = style.getPropertyValue("--ground").trim();
    const scale = window.devicePixelRatio * (this.dataset.axis === "days" ? 1 : 1.2);
    const place = (point, mag) => [plot.valToPos(point.x, "x", true), plot.valToPos(mag, "y", true)];
    context.save();
    context.beginPath();
    context.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height);
    context.clip();
    for (const limit of this.limits) {
      drawLimit(context, place(limit, limit.mag), bands[limit.band], scale);
    }
    for (const point of this.detections) {
      const ends = [place(point, point.mag - point.error), place(point, point.mag + point.error)];
      drawDetection(context, point, place(point, point.mag), ends, bands[point.band], ground, scale);
    }
    context.restore();
  }

  read(plot) {
    const { left, top } = plot.cursor;
    let nearest = null;
    let closest = READOUT_PX;
    for (const point of left < 0 ? [] : this.points) {
      const distance = Math.hypot(plot.valToPos(point.x, "x") - left, plot.valToPos(point.mag, "y") - (top ?? 0));
      if (distance < closest) [nearest, closest] = [point, distance];
    }
    this.readout.textContent = nearest ? this.words(nearest) : "";
  }

  words({ mjd, band, mag, error, brighter }) {
    const when = `MJD ${mjd.toFixed(4)}`;
    if (error === undefined) return `${when}  ${band} > ${mag.toFixed(2)}`;
    return `${when}  ${band} ${mag.toFixed(2)} ± ${error.toFixed(2)}${brighter ? "" : "  fainter than reference"}`;
  }
}

customElements.define("light-curve", LightCurve);
