// <light-curve-panel>: the light curve of a source with its controls, which the page carries as
// elements with data-* names: [data-view], [data-axis], [data-bin], [data-ebv], [data-limits],
// [data-all], [data-none], [data-series], [data-plot], [data-readout], [data-reset].
// Click a point, or reach it with the arrow keys and press Enter: event "fritz:point" with the point.
// The fold's controls are the business of light-curve-fold.js. What is shown stands in the URL.
import { bandOf, colourOrder } from "./extinction.js";
import { Fold } from "./light-curve-fold.js";
import { drawMarks, drawSwatch } from "./light-curve-marks.js";
import { folded } from "./phase.js";
import { binned, firstDetection, readPoints, seriesOf, shown, summary } from "./photometry.js";
import { Plot, cssColor, extent, nearest, padded } from "./plot.js";

const REACH_PX = 16;
const MARK_SCALE = 1.35;
const VIEWS = { mag: "AB magnitude", abs: "absolute AB magnitude", flux: "flux, µJy" };
const AXES = { mjd: "MJD", days: "days since first detection", phase: "phase" };

class LightCurvePanel extends HTMLElement {
  connectedCallback() {
    this.data = JSON.parse(this.querySelector("script").textContent);
    this.points = readPoints(this.data);
    this.first = firstDetection(this.points) ?? this.points[0]?.mjd ?? 0;
    this.hidden_ = new Set();
    this.state = { view: "mag", axis: "mjd", bin: 0, ebv: this.data.ebv ?? 0, limits: true };
    this.zoom = null;
    this.at = null;
    if (!this.points.length) return;
    this.part("[data-summary]").textContent = summary(this.points);
    this.readUrl();
    this.buildSeries();
    this.fold = new Fold(this, () => this.update());
    this.listen();
    this.compute();
    this.plot = new Plot(this.part("[data-plot]"), this);
    this.update();
  }

  disconnectedCallback() {
    this.plot?.destroy();
    this.fold?.destroy();
  }

  part(selector) {
    return this.querySelector(selector);
  }

  // --- controls -----------------------------------------------------------------------------

  buildSeries() {
    const list = this.part("[data-series]");
    for (const series of seriesOf(this.points, colourOrder)) {
      const item = document.createElement("li");
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.value = series.key;
      box.checked = !this.hidden_.has(series.key);
      const counts = document.createElement("span");
      counts.className = "count";
      counts.textContent = `${series.detections}/${series.points}`;
      counts.title = `${series.detections} detections among ${series.points} points`;
      label.append(box, drawSwatch(bandOf(series.filter), "detection"), series.key, counts);
      const solo = document.createElement("button");
      solo.type = "button";
      solo.className = "quiet";
      solo.dataset.solo = series.key;
      solo.textContent = "solo";
      solo.setAttribute("aria-label", `Show ${series.key} alone`);
      item.append(label, solo);
      list.append(item);
    }
  }

  boxes() {
    return [...this.querySelectorAll("[data-series] input")];
  }

  listen() {
    const on = (selector, event, act) => this.part(selector)?.addEventListener(event, act);
    for (const name of ["view", "axis"]) {
      for (const radio of this.querySelectorAll(`[data-${name}]`)) {
        radio.checked = radio.value === this.state[name];
        radio.addEventListener("change", () => this.set({ [name]: radio.value }));
      }
    }
    this.part("[data-bin]").value = `${this.state.bin}`;
    this.part("[data-ebv]").value = `${this.state.ebv}`;
    this.part("[data-limits]").checked = this.state.limits;
    on("[data-bin]", "change", (event) => this.set({ bin: Number(event.target.value) }));
    on("[data-ebv]", "input", (event) => this.set({ ebv: Math.max(0, Number(event.target.value) || 0) }));
    on("[data-limits]", "change", (event) => this.set({ limits: event.target.checked }));
    on("[data-series]", "change", (event) => this.show(event.target.value, event.target.checked));
    on("[data-series]", "click", (event) => event.target.dataset.solo && this.only([event.target.dataset.solo]));
    on("[data-all]", "click", () => this.only(this.boxes().map((box) => box.value)));
    on("[data-none]", "click", () => this.only([]));
    on("[data-reset]", "click", () => this.selected(null));
    on("[data-plot]", "dblclick", () => this.selected(null));
    on("[data-plot]", "click", (event) => event.detail === 1 && this.open(this.near()));
    on("[data-plot]", "keydown", (event) => this.key(event));
  }

  set(changed) {
    if (changed.view || changed.axis || changed.ebv !== undefined) this.zoom = null;
    Object.assign(this.state, changed);
    this.update();
  }

  // The page's keys M and P: magnitudes or fluxes, folded or not.
  toggle(name, one, other) {
    const value = this.state[name] === one ? other : one;
    for (const radio of this.querySelectorAll(`[data-${name}]`)) radio.checked = radio.value === value;
    this.set({ [name]: value });
  }

  show(key, wanted) {
    this.hidden_[wanted ? "delete" : "add"](key);
    this.update();
  }

  only(keys) {
    for (const box of this.boxes()) {
      box.checked = keys.includes(box.value);
      this.hidden_[box.checked ? "delete" : "add"](box.value);
    }
    this.zoom = null;
    this.update();
  }

  // --- what is drawn ------------------------------------------------------------------------

  selectedPoints() {
    return this.points.filter((point) => !this.hidden_.has(point.key));
  }

  compute() {
    const { view, axis, bin, ebv, limits } = this.state;
    const options = { view, ebv, modulus: this.data.modulus };
    const drawn = binned(this.selectedPoints(), axis === "phase" ? 0 : bin)
      .map((point) => shown(point, options))
      .filter((each) => each && (limits || !each.limit));
    if (axis === "days") for (const each of drawn) each.x -= this.first;
    const { period } = this.fold;
    this.drawn = axis === "phase" ? folded(drawn, period, this.first) : drawn;
    const xs = this.drawn.map((each) => each.x);
    // Error bars may be longer than the light curve is high: those of good points count.
    const good = this.drawn.filter((each) => !each.limit && Math.abs(each.low - each.high) < 1);
    const ys = this.drawn.map((each) => each.y).concat(view === "flux" ? [] : good.flatMap((each) => [each.low, each.high]));
    this.all = {
      x: axis === "phase" ? [0, 2] : padded(...extent(xs), 0.5),
      y: padded(...extent(ys), view === "flux" ? 1 : 0.15, 0.07),
    };
    this.inverted = view !== "flux";
    this.labels = { x: axis === "phase" ? `phase at ${period} d` : AXES[axis], y: VIEWS[view] };
  }

  ranges() {
    return { x: this.zoom?.x ?? this.all.x, y: this.zoom?.y ?? this.all.y };
  }

  selected(box) {
    this.zoom = box;
    this.update();
  }

  update() {
    const before = JSON.stringify([this.labels, this.inverted]);
    this.fold.show(this.state.axis === "phase", this.selectedPoints());
    this.compute();
    if (!this.plot) return;
    if (before === JSON.stringify([this.labels, this.inverted])) this.plot.redraw();
    else this.plot.make();
    this.part("[data-reset]").hidden = this.zoom === null;
    this.dataset.drawn = this.drawn.length;
    this.writeUrl();
  }

  paint(plot, context) {
    const scale = window.devicePixelRatio * MARK_SCALE;
    const ground = cssColor(this, "--ground");
    const [x, y] = ["x", "y"].map((axis) => (value) => plot.valToPos(value, axis, true));
    const marks = new Map();
    for (const { point, limit, hollow, ...at } of this.drawn) {
      const { band } = point;
      if (!marks.has(band)) marks.set(band, []);
      marks.get(band).push({ band, limit, hollow, x: x(at.x), y: y(at.y), low: limit ? 0 : y(at.low), high: limit ? 0 : y(at.high), size: point.forced ? 0.8 : 1 });
    }
    for (const [band, some] of marks) drawMarks(context, some, cssColor(this, `--band-${band}`) || cssColor(this, "--band-other"), ground, scale);
    if (this.at) this.ring(context, [x(this.at.x), y(this.at.y)], scale);
  }

  ring(context, [x, y], scale) {
    context.beginPath();
    context.arc(x, y, 8 * scale, 0, 2 * Math.PI);
    context.strokeStyle = cssColor(this, "--accent");
    context.lineWidth = 2 * scale;
    context.stroke();
  }

  // --- pointing -----------------------------------------------------------------------------

  near() {
    return this.plot ? nearest(this.plot.plot, this.drawn, REACH_PX) : null;
  }

  pointed() {
    const found = this.near();
    this.part("[data-plot]").classList.toggle("over-point", Boolean(found));
    this.part("[data-readout]").textContent = found ? this.words(found) : this.at ? this.words(this.at) : "";
  }

  words({ point, y, low, limit }) {
    const { mjd, instrument, filter, forced, count } = point;
    const when = `MJD ${mjd.toFixed(4)} (${(mjd - this.first).toFixed(2)} d)`;
    const error = low === null ? "" : ` ± ${Math.abs(low - y).toFixed(2)}`;
    const value = `${limit ? "> " : ""}${y.toFixed(2)}${error}`;
    return `${when}  ${instrument} ${filter}  ${value}${forced ? "  forced" : ""}${count ? `  mean of ${count}` : ""}`;
  }

  open(found) {
    if (!found) return;
    this.at = found;
    this.plot.redraw();
    this.part("[data-readout]").textContent = this.words(found);
    this.dispatchEvent(new CustomEvent("fritz:point", { bubbles: true, detail: found.point }));
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && this.drawn.length) {
      event.preventDefault();
      event.stopPropagation();
      const order = [...this.drawn].sort((one, other) => one.x - other.x);
      const here = this.at ? order.findIndex((each) => each.point.id === this.at.point.id) : -1;
      this.at = order[Math.min(order.length - 1, Math.max(0, here + step))];
      this.plot.redraw();
      this.part("[data-readout]").textContent = this.words(this.at);
    } else if (event.key === "Enter" && this.at) {
      event.preventDefault();
      this.open(this.at);
    } else if (event.key === "Escape") {
      this.selected(null);
    }
  }

  // --- the URL ------------------------------------------------------------------------------

  readUrl() {
    const asked = new URLSearchParams(location.hash.slice(1));
    if (asked.get("view") in VIEWS && (asked.get("view") !== "abs" || this.data.modulus !== null)) this.state.view = asked.get("view");
    if (asked.get("axis") in AXES) this.state.axis = asked.get("axis");
    if (Number(asked.get("bin")) > 0) this.state.bin = Number(asked.get("bin"));
    if (asked.has("ebv")) this.state.ebv = Math.max(0, Number(asked.get("ebv")) || 0);
    if (asked.get("limits") === "no") this.state.limits = false;
    for (const key of asked.getAll("without")) this.hidden_.add(key);
    const box = ["x0", "x1", "y0", "y1"].map((name) => asked.has(name) ? Number(asked.get(name)) : NaN);
    if (box[0] < box[1]) this.zoom = { x: box.slice(0, 2), y: box[2] < box[3] ? box.slice(2) : null };
    this.askedPeriod = Number(asked.get("period")) || null;
  }

  writeUrl() {
    const { view, axis, bin, ebv, limits } = this.state;
    const told = new URLSearchParams();
    if (view !== "mag") told.set("view", view);
    if (axis !== "mjd") told.set("axis", axis);
    if (axis === "phase") told.set("period", this.fold.period);
    if (bin) told.set("bin", bin);
    if (ebv !== (this.data.ebv ?? 0)) told.set("ebv", ebv);
    if (!limits) told.set("limits", "no");
    for (const key of this.hidden_) told.append("without", key);
    if (this.zoom) for (const name of ["x", "y"]) this.zoom[name]?.forEach((value, at) => told.set(`${name}${at}`, value));
    const hash = told.toString();
    if (hash === location.hash.slice(1) || (!hash && !this.wrote)) return;
    this.wrote = true;
    clearTimeout(this.writing);
    this.writing = setTimeout(() => history.replaceState(history.state, "", hash ? `#${hash}` : location.pathname + location.search), 200);
  }
}

customElements.define("light-curve-panel", LightCurvePanel);
