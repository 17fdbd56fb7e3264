// <scatter-plot>: points with errors of one or more series, from the JSON within: {x, y, inverted,
// series: [{name, band, points: [[x, y, error]]}]}. <result-plot>: two columns of a result, chosen by
// the reader, from {columns: {name: [numbers]}}. Both zoom by dragging a box; a double click shows all.
import { drawDetection } from "./light-curve-marks.js";
import { Plot, cssColor, padded } from "./plot.js";

const BANDS = new Set(["g", "r", "i"]);

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

class Scatter {
  constructor(host, data) {
    Object.assign(this, { host, series: data.series, inverted: data.inverted, labels: { x: data.x, y: data.y }, zoom: null });
    const area = element("div", "plot");
    host.append(area);
    this.plot = new Plot(area, this);
    area.addEventListener("dblclick", () => this.selected(null));
  }

  ranges() {
    const points = this.series.flatMap((each) => each.points);
    const ends = (at, least) => padded(Math.min(...points.map((p) => p[at])), Math.max(...points.map((p) => p[at])), least);
    return { x: this.zoom?.x ?? ends(0, 1e-6), y: this.zoom?.y ?? ends(1, 1e-6) };
  }

  selected(box) {
    this.zoom = box;
    this.plot.redraw();
  }

  paint(plot, context) {
    const scale = devicePixelRatio;
    const ground = cssColor(this.host, "--ground");
    const at = (x, y) => [plot.valToPos(x, "x", true), plot.valToPos(y, "y", true)];
    for (const { band, points } of this.series) {
      const color = cssColor(this.host, BANDS.has(band) ? `--band-${band}` : "--accent");
      for (const [x, y, error = 0] of points) drawDetection(context, { band, brighter: true }, at(x, y), [at(x, y - error), at(x, y + error)], color, ground, scale);
    }
  }
}

class ScatterPlot extends HTMLElement {
  connectedCallback() {
    if (this.scatter) return;
    const data = JSON.parse(this.querySelector("script").textContent);
    if (data.series.some((each) => each.points.length)) this.scatter = new Scatter(this, data);
  }

  disconnectedCallback() {
    this.scatter?.plot.destroy();
  }
}

class ResultPlot extends HTMLElement {
  connectedCallback() {
    const { columns } = JSON.parse(this.querySelector("script").textContent);
    this.columns = columns;
    const names = Object.keys(columns);
    const bar = element("div", "line");
    this.choices = ["x", "y"].map((axis, at) => this.choice(bar, axis, names, names[at]));
    const flip = element("label", "tick");
    this.flip = Object.assign(document.createElement("input"), { type: "checkbox" });
    this.flip.checked = /mag/i.test(names[1]);
    this.flip.addEventListener("change", () => this.draw());
    flip.append(this.flip, " y upside down");
    bar.append(flip);
    this.host = element("div", "result-plot");
    this.host.setAttribute("role", "img");
    this.append(bar, this.host);
    this.draw();
  }

  disconnectedCallback() {
    this.scatter?.plot.destroy();
  }

  choice(bar, axis, names, chosen) {
    const label = element("label", "field", `${axis} `);
    const select = document.createElement("select");
    select.append(...names.map((name) => new Option(name, name, false, name === chosen)));
    select.addEventListener("change", () => this.draw());
    label.append(select);
    bar.append(label);
    return select;
  }

  draw() {
    this.scatter?.plot.destroy();
    this.host.replaceChildren();
    const [x, y] = this.choices.map((select) => select.value);
    const points = this.columns[x].map((value, at) => [value, this.columns[y][at]]).filter(([one, other]) => one !== null && other !== null);
    this.host.setAttribute("aria-label", `${y} against ${x}, ${points.length} points; the table has the values`);
    this.scatter = points.length ? new Scatter(this.host, { x, y, inverted: this.flip.checked, series: [{ name: y, band: "g", points }] }) : null;
  }
}

customElements.define("scatter-plot", ScatterPlot);
customElements.define("result-plot", ResultPlot);
