// <scatter-plot>: points with errors of one or more series, from the JSON within: {x, y, inverted,
// series: [{name, band, points: [[x, y, error, note]]}]}; a note is told when its point is pointed at.
// With `sky` x and y are right ascension, east to the left, and declination, at one scale; `joined`
// is [[x, y]] of a line through them. <result-plot>: two columns of a result, chosen by
// the reader, from {columns: {name: [numbers]}}. Both zoom by dragging a box; a double click shows all.
import { drawDetection } from "./light-curve-marks.js";
import { Plot, cssColor, extent, levelled, nearest, padded, tidy } from "./plot.js";

const BANDS = new Set(["g", "r", "i"]);
const REACH_PX = 20;
const AXES_PX = [66, 52];

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

class Scatter {
  constructor(host, data) {
    Object.assign(this, { host, series: data.series, joined: data.joined ?? [], inverted: data.inverted, mirrored: data.sky, labels: { x: data.x, y: data.y }, zoom: null });
    this.ticks = data.sky ? { x: (tick) => tidy(((tick % 360) + 360) % 360) } : {};
    this.noted = data.series.flatMap(({ points }) => points.filter((point) => point[3]).map(([x, y, , note]) => ({ x, y, note })));
    const area = element("div", "plot");
    this.readout = element("p", "readout");
    host.append(area, this.readout);
    this.plot = new Plot(area, this);
    area.addEventListener("dblclick", () => this.selected(null));
  }

  ranges() {
    const points = this.series.flatMap((each) => each.points);
    const ends = (values) => padded(...extent(values), this.mirrored ? 1e-3 : 1e-6);
    const bars = points.flatMap(([, y, error = 0]) => [y - error, y + error]);
    const whole = { x: this.zoom?.x ?? ends(points.map(([x]) => x)), y: this.zoom?.y ?? ends(bars) };
    if (!this.mirrored || this.zoom) return whole;
    const [width, height] = [this.host.clientWidth - AXES_PX[0], this.host.clientHeight - AXES_PX[1]];
    return levelled(whole, Math.max(1, width), Math.max(1, height));
  }

  pointed(plot) {
    this.readout.textContent = nearest(plot, this.noted, REACH_PX)?.note ?? "";
  }

  selected(box) {
    this.zoom = box;
    this.plot.redraw();
  }

  paint(plot, context) {
    const scale = devicePixelRatio;
    const ground = cssColor(this.host, "--ground");
    const at = (x, y) => [plot.valToPos(x, "x", true), plot.valToPos(y, "y", true)];
    context.strokeStyle = cssColor(this.host, "--muted");
    context.lineWidth = scale;
    context.beginPath();
    for (const [x, y] of this.joined) context.lineTo(...at(x, y));
    context.stroke();
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
