// <spectra-panel>: spectra with their controls, which the page carries as elements with data-* names:
// [data-redshift], [data-redshift-slider], [data-velocity], [data-velocity-text], [data-smooth],
// [data-rest], [data-raw], [data-apart], [data-spectra], [data-lines], [data-own], [data-plot], [data-readout],
// [data-reset]. Data: {redshift, spectra: [{id, label, units, wavelengths, fluxes}]}.
import { Plot, cssColor, extent, padded } from "./plot.js";
import { LINES, typedLines } from "./spectral-lines.js";
import { lineAt, restWavelength, scale, smoothed } from "./spectra.js";

const INKS = ["--accent", "--band-r", "--band-g", "--band-i", "--text", "--band-u"];
const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3]];
const APART = 1.6;

class SpectraPanel extends HTMLElement {
  connectedCallback() {
    const { redshift, spectra } = JSON.parse(this.querySelector("script").textContent);
    this.spectra = spectra.map((each) => ({ ...each, factor: scale(each.fluxes), shown: true }));
    this.state = { redshift: redshift ?? 0, velocity: 0, smooth: 0, rest: false, raw: true, apart: false };
    this.lines = new Set();
    this.own = [];
    this.zoom = null;
    this.selected = (box) => this.zoomed(box);
    this.build();
    this.compute();
    this.plot = new Plot(this.part("plot"), this);
  }

  disconnectedCallback() {
    this.plot?.destroy();
  }

  part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  // --- controls -----------------------------------------------------------------------------

  build() {
    this.part("spectra").replaceChildren(...this.spectra.map((each, at) => this.box(each.label, true, (wanted) => { each.shown = wanted; }, at)));
    this.part("lines").replaceChildren(...LINES.map((each) => {
      const box = this.box(each.name, false, (wanted) => this.lines[wanted ? "add" : "delete"](each.name));
      box.title = each.title;
      return box;
    }));
    for (const name of ["redshift", "redshift-slider"]) this.part(name).addEventListener("input", (event) => this.shift(Number(event.target.value) || 0));
    this.part("velocity").addEventListener("input", (event) => this.set({ velocity: Number(event.target.value) }));
    this.part("smooth").addEventListener("input", (event) => this.set({ smooth: Number(event.target.value) }));
    for (const name of ["rest", "raw", "apart"]) this.part(name).addEventListener("change", (event) => this.set({ [name]: event.target.checked }));
    this.part("own").addEventListener("input", (event) => {
      this.own = typedLines(event.target.value);
      this.update();
    });
    this.part("reset").addEventListener("click", () => this.zoomed(null));
    this.part("plot").addEventListener("dblclick", () => this.zoomed(null));
  }

  box(text, checked, act, ink = null) {
    const label = document.createElement("label");
    label.className = "inline";
    const input = document.createElement("input");
    input.type = "checkbox";
    input.checked = checked;
    input.addEventListener("change", () => {
      act(input.checked);
      this.update();
    });
    label.append(input, text);
    if (ink !== null) label.dataset.ink = ink % INKS.length;
    return label;
  }

  shift(redshift) {
    this.part("redshift").value = `${redshift}`;
    this.part("redshift-slider").value = `${redshift}`;
    this.set({ redshift });
  }

  set(changed) {
    if ("rest" in changed || "apart" in changed) this.zoom = null;
    Object.assign(this.state, changed);
    this.part("velocity-text").textContent = `${this.state.velocity}`;
    this.update();
  }

  zoomed(box) {
    this.zoom = box;
    this.update();
  }

  // --- what is drawn ------------------------------------------------------------------------

  compute() {
    const { redshift, smooth, rest, apart } = this.state;
    const shown = this.spectra.filter((each) => each.shown);
    const units = new Set(shown.map((each) => each.units));
    // Spectra compare where each is scaled to its median; one alone keeps its own fluxes.
    const scaled = shown.length > 1 || apart;
    this.drawn = shown.map((each, at) => {
      const factor = scaled ? each.factor : 1;
      const offset = apart ? (shown.length - 1 - at) * APART : 0;
      const xs = rest ? each.wavelengths.map((wave) => restWavelength(wave, redshift)) : each.wavelengths;
      const raw = each.fluxes.map((flux) => flux * factor + offset);
      return { ink: this.spectra.indexOf(each), xs, raw, ys: smoothed(raw, smooth), label: each.label };
    });
    const xs = this.drawn.flatMap((each) => [each.xs[0], each.xs.at(-1)]);
    const ys = this.drawn.flatMap((each) => within(each.ys));
    this.all = { x: padded(...extent(xs), 10, 0.01), y: padded(...extent(ys), 1e-30, 0.08) };
    const unit = units.size === 1 ? [...units][0] : null;
    this.labels = { x: rest ? "rest wavelength, Å" : "wavelength, Å", y: scaled ? "flux, scaled" : `flux${unit ? `, ${unit}` : ""}` };
    this.ticks = { y: (tick) => (Math.abs(tick) >= 1e-3 && Math.abs(tick) < 1e5) || tick === 0 ? `${Number(tick.toPrecision(4))}` : tick.toExponential(1) };
  }

  ranges() {
    return { x: this.zoom?.x ?? this.all.x, y: this.zoom?.y ?? this.all.y };
  }

  update() {
    const before = JSON.stringify(this.labels);
    this.compute();
    if (before === JSON.stringify(this.labels)) this.plot.redraw();
    else this.plot.make();
    this.part("reset").hidden = this.zoom === null;
    this.dataset.lines = this.marks().length;
  }

  // Where lines fall: [{x, name, wave}], in the frame that is shown.
  marks() {
    const { redshift, velocity, rest } = this.state;
    const chosen = LINES.filter((each) => this.lines.has(each.name)).concat(this.own.length ? [{ name: "own", waves: this.own }] : []);
    return chosen.flatMap(({ name, waves, atmosphere }) => waves.map((wave) => {
      if (atmosphere) return { name, wave, x: rest ? restWavelength(wave, redshift) : wave };
      return { name, wave, x: lineAt(wave, rest ? 0 : redshift, velocity) };
    }));
  }

  paint(plot, context) {
    const scaleUp = window.devicePixelRatio;
    for (const { ink, xs, raw, ys } of this.drawn) {
      const color = cssColor(this, INKS[ink % INKS.length]);
      if (this.state.smooth && this.state.raw) this.trace(plot, context, xs, raw, color, 0.3, scaleUp, []);
      this.trace(plot, context, xs, ys, color, 1, 1.2 * scaleUp, DASHES[Math.floor(ink / INKS.length) % DASHES.length]);
    }
    this.paintLines(plot, context, scaleUp);
  }

  trace(plot, context, xs, ys, color, alpha, width, dash) {
    context.globalAlpha = alpha;
    context.strokeStyle = color;
    context.lineWidth = width;
    context.setLineDash(dash.map((each) => each * window.devicePixelRatio));
    context.beginPath();
    for (const [at, x] of xs.entries()) context.lineTo(plot.valToPos(x, "x", true), plot.valToPos(ys[at], "y", true));
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  paintLines(plot, context, scaleUp) {
    const { top, height } = plot.bbox;
    context.strokeStyle = cssColor(this, "--muted");
    context.fillStyle = cssColor(this, "--text");
    context.font = `${10 * scaleUp}px ${cssColor(this, "--sans")}`;
    context.lineWidth = scaleUp;
    let [last, row] = [-Infinity, 0];
    for (const { x, name } of this.marks().sort((one, other) => one.x - other.x)) {
      const place = plot.valToPos(x, "x", true);
      row = place - last < 40 * scaleUp ? (row + 1) % 4 : 0;
      last = place;
      context.beginPath();
      context.moveTo(place, top);
      context.lineTo(place, top + height);
      context.stroke();
      context.fillText(name, place + 2 * scaleUp, top + (11 + 11 * row) * scaleUp);
    }
  }

  pointed(plot) {
    const { left } = plot.cursor;
    const readout = this.part("readout");
    if (left === undefined || left < 0) {
      readout.textContent = "";
      return;
    }
    const wave = plot.posToVal(left, "x");
    const { redshift, rest } = this.state;
    const observed = rest ? wave * (1 + redshift) : wave;
    readout.textContent = `${observed.toFixed(1)} Å observed, ${restWavelength(observed, redshift).toFixed(1)} Å at rest`;
  }
}

// Returns the values that a spectrum is scaled by: a few wild pixels do not count.
function within(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const cut = Math.floor(sorted.length * 0.003);
  return [sorted[cut], sorted[sorted.length - 1 - cut]];
}

customElements.define("spectra-panel", SpectraPanel);
