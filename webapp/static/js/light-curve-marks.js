// Marks of a light curve: a shape and a colour per band, so that neither is needed alone.
// g circle, r square, i diamond, u cross, z plus, others a pentagon; upper limits hollow triangles that point to
// fainter; detections fainter than the reference hollow.
export const BANDS = ["g", "r", "i"];

const RADIUS = 3.6;
const LIMIT_ALPHA = 0.65;

// Outlines around (0, 0) of radius 1, as corners; g is a circle.
const OUTLINES = {
  r: [[-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]],
  i: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
  u: cross(Math.PI / 4),
  z: cross(0),
  other: Array.from({ length: 5 }, (_, at) => [1.15 * Math.sin((at * 2 * Math.PI) / 5), -1.15 * Math.cos((at * 2 * Math.PI) / 5)]),
};

function cross(turned) {
  const arm = 0.42;
  const corners = [[arm, 1.2], [-arm, 1.2], [-arm, arm], [-1.2, arm], [-1.2, -arm], [-arm, -arm], [-arm, -1.2], [arm, -1.2], [arm, -arm], [1.2, -arm], [1.2, arm], [arm, arm]];
  const [sin, cos] = [Math.sin(turned), Math.cos(turned)];
  return corners.map(([x, y]) => [x * cos - y * sin, x * sin + y * cos]);
}

// Adds a mark's outline to the path.
function trace(context, band, x, y, radius) {
  if (band === "g") {
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  const [[firstX, firstY], ...others] = OUTLINES[band] ?? OUTLINES.other;
  context.moveTo(x + firstX * radius, y + firstY * radius);
  for (const [dx, dy] of others) context.lineTo(x + dx * radius, y + dy * radius);
  context.closePath();
}

function traceLimit(context, x, y, half) {
  context.moveTo(x - half, y - half * 0.75);
  context.lineTo(x + half, y - half * 0.75);
  context.lineTo(x, y + half * 0.75);
  context.closePath();
}

// Draws a detection at (x, y), its error bar between `ends`; `point.brighter` false leaves it hollow.
export function drawDetection(context, point, [x, y], ends, color, ground, scale) {
  context.strokeStyle = color;
  context.lineWidth = 1.3 * scale;
  context.beginPath();
  context.moveTo(x, ends[0][1]);
  context.lineTo(x, ends[1][1]);
  context.stroke();
  context.beginPath();
  trace(context, point.band, x, y, RADIUS * scale);
  context.fillStyle = point.brighter ? color : ground;
  context.fill();
  if (!point.brighter) context.stroke();
}

export function drawLimit(context, [x, y], color, scale) {
  context.strokeStyle = color;
  context.lineWidth = 1.1 * scale;
  context.globalAlpha = LIMIT_ALPHA;
  context.beginPath();
  traceLimit(context, x, y, 3.8 * scale);
  context.stroke();
  context.globalAlpha = 1;
}

// Draws many marks of one colour, {band, x, y, low, high, limit, hollow, size}, places in pixels: a few
// paths in all, as thousands of them would be seen to come.
export function drawMarks(context, marks, color, ground, scale) {
  const path = (some, add) => {
    context.beginPath();
    for (const each of some) add(each);
  };
  const outlined = (each) => trace(context, each.band, each.x, each.y, RADIUS * scale * each.size);
  const seen = marks.filter((each) => !each.limit);
  const hollow = seen.filter((each) => each.hollow);
  context.strokeStyle = color;
  context.lineWidth = 1.1 * scale;
  context.globalAlpha = LIMIT_ALPHA;
  path(marks.filter((each) => each.limit), (each) => traceLimit(context, each.x, each.y, 3.8 * scale));
  context.stroke();
  context.globalAlpha = 1;
  context.lineWidth = 1.3 * scale;
  path(seen, (each) => {
    context.moveTo(each.x, each.low);
    context.lineTo(each.x, each.high);
  });
  context.stroke();
  context.fillStyle = color;
  path(seen.filter((each) => !each.hollow), outlined);
  context.fill();
  context.fillStyle = ground;
  path(hollow, outlined);
  context.fill();
  context.stroke();
}

const SVG = "http://www.w3.org/2000/svg";
const CIRCLE = "M2 6a4 4 0 1 0 8 0a4 4 0 1 0-8 0z";
const LIMIT = "M1.5 3h9l-4.5 7z";

// For legends; `kind` is detection, limit or fainter.
export function drawSwatch(band, kind) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("class", `swatch ${kind} ${kind === "fainter" ? "" : `band-${band in OUTLINES || band === "g" ? band : "other"}`}`);
  path.setAttribute("d", kind === "limit" ? LIMIT : shape(band));
  svg.append(path);
  return svg;
}

function shape(band) {
  if (band === "g") return CIRCLE;
  const corners = OUTLINES[band] ?? OUTLINES.other;
  return `M${corners.map(([x, y]) => `${(6 + 4 * x).toFixed(1)} ${(6 + 4 * y).toFixed(1)}`).join("L")}z`;
}
