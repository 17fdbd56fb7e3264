// A plot of marks that we draw ourselves: uPlot does axes, grid and cursor, the owner says what the
// ranges are and paints. Zoom is the owner's too: `selected` gets the box that was dragged.
const INCREMENTS = [1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000];
const SMALLEST_BOX_PX = 6;

export function cssColor(element, name) {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

// Returns the smallest and the largest of values, [Infinity, -Infinity] of none; there may be more of
// them than a call takes arguments.
export function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

// Returns a range with a margin at both ends; of nothing, [0, 1].
export function padded(low, high, least, part = 0.05) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const margin = Math.max((high - low) * part, least);
  return [low - margin, high + margin];
}

// Returns ranges of right ascension and declination, the shorter one longer, so that a degree on the sky
// is as wide as it is high in a plot of this size, pixels.
export function levelled({ x, y }, width, height) {
  const across = Math.max(0.01, Math.cos((((y[0] + y[1]) / 2) * Math.PI) / 180));
  const degree = Math.min(width / ((x[1] - x[0]) * across), height / (y[1] - y[0]));
  const around = ([low, high], span) => [(low + high - span) / 2, (low + high + span) / 2];
  return { x: around(x, width / degree / across), y: around(y, height / degree) };
}

export function tidy(tick) {
  return `${Math.round(tick * 1e6) / 1e6}`.replace("-", "−");
}

// `owner` has: ranges() -> {x: [low, high], y: [low, high]}, paint(plot, context), and as it likes pointed(plot),
// selected({x, y}), labels {x, y}, inverted, mirrored, ticks {x, y}.
export class Plot {
  constructor(host, owner) {
    this.host = host;
    this.owner = owner;
    this.make();
    this.observer = new ResizeObserver(() => this.plot.setSize(this.size()));
    this.observer.observe(host);
    this.onTheme = () => this.make();
    document.addEventListener("fritz:theme", this.onTheme);
  }

  destroy() {
    this.observer.disconnect();
    document.removeEventListener("fritz:theme", this.onTheme);
    this.plot.destroy();
  }

  size() {
    return { width: Math.max(200, this.host.clientWidth), height: Math.max(80, this.host.clientHeight) };
  }

  // Makes the plot anew: axes, their labels and colours are fixed in uPlot once it stands.
  make() {
    this.plot?.destroy();
    const { owner } = this;
    this.plot = new window.uPlot(
      {
        ...this.size(),
        scales: {
          x: { time: false, dir: owner.mirrored ? -1 : 1, range: () => owner.ranges().x },
          y: { dir: owner.inverted ? -1 : 1, range: () => owner.ranges().y },
        },
        legend: { show: false },
        cursor: { points: { show: false }, y: Boolean(owner.selected), drag: { x: true, y: true, uni: 20, setScale: false } },
        padding: [8, 14, 0, 0],
        series: [{}, { paths: () => null, points: { show: false } }],
        axes: this.axes(),
        hooks: {
          draw: [(plot) => this.paint(plot)],
          setCursor: [(plot) => owner.pointed?.(plot)],
          setSelect: [(plot) => this.select(plot)],
        },
      },
      this.data(),
      this.host,
    );
  }

  // Reads the ranges anew and paints.
  redraw() {
    this.plot.setData(this.data());
  }

  data() {
    const { x, y } = this.owner.ranges();
    return [x, y];
  }

  axes() {
    const line = cssColor(this.host, "--grid");
    const text = cssColor(this.host, "--muted");
    const font = `11px ${cssColor(this.host, "--sans")}`;
    const axis = { stroke: text, font, labelFont: font, labelSize: 18, incrs: INCREMENTS, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1, size: 5 } };
    const { labels = {}, ticks = {} } = this.owner;
    const values = (write = tidy) => (_plot, all) => all.map((tick) => (tick === null ? "" : write(tick)));
    return [
      { ...axis, size: 26, label: labels.x, values: values(ticks.x) },
      { ...axis, size: 52, label: labels.y, space: 32, values: values(ticks.y) },
    ];
  }

  paint(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    this.owner.paint(plot, ctx);
    ctx.restore();
  }

  select(plot) {
    const { left, top, width, height } = plot.select;
    if (!this.owner.selected || (width < SMALLEST_BOX_PX && height < SMALLEST_BOX_PX)) return;
    const span = (low, high, scale) => [plot.posToVal(low, scale), plot.posToVal(high, scale)].sort((one, other) => one - other);
    const whole = this.owner.ranges();
    const box = {
      x: width < SMALLEST_BOX_PX ? whole.x : span(left, left + width, "x"),
      y: height < SMALLEST_BOX_PX || height >= plot.over.clientHeight - 1 ? null : span(top, top + height, "y"),
    };
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.owner.selected(box);
  }
}

// Returns the drawn thing nearest to the cursor within a reach in pixels, or null; `at` has x and y.
export function nearest(plot, things, reach) {
  const { left, top } = plot.cursor;
  if (left === undefined || left < 0) return null;
  let [found, closest] = [null, reach];
  for (const each of things) {
    const distance = Math.hypot(plot.valToPos(each.x, "x") - left, plot.valToPos(each.y, "y") - top);
    if (distance < closest) [found, closest] = [each, distance];
  }
  return found;
}
