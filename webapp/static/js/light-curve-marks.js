// Marks of a light curve: a shape and a colour per band, so that neither is needed alone.
// g circle, r square, i diamond; upper limits hollow triangles that point to fainter; detections
// fainter than the reference hollow.
export const BANDS = ["g", "r", "i"];

const RADIUS = 3.6;

function outline(context, band, x, y, radius) {
  context.beginPath();
  if (band === "g") {
    context.arc(x, y, radius, 0, 2 * Math.PI);
  } else if (band === "r") {
    const half = radius * 0.88;
    context.rect(x - half, y - half, 2 * half, 2 * half);
  } else {
    const half = radius * 1.3;
    context.moveTo(x, y - half);
    context.lineTo(x + half, y);
    context.lineTo(x, y + half);
    context.lineTo(x - half, y);
    context.closePath();
  }
}

export function drawDetection(context, point, [x, y], ends, color, ground, scale) {
  context.strokeStyle = color;
  context.lineWidth = 1.3 * scale;
  context.beginPath();
  context.moveTo(x, ends[0][1]);
  context.lineTo(x, ends[1][1]);
  context.stroke();
  outline(context, point.band, x, y, RADIUS * scale);
  context.fillStyle = point.brighter ? color : ground;
  context.fill();
  if (!point.brighter) context.stroke();
}

export function drawLimit(context, [x, y], color, scale) {
  const half = 3.8 * scale;
  context.strokeStyle = color;
  context.lineWidth = 1.1 * scale;
  context.globalAlpha = 0.65;
  context.beginPath();
  context.moveTo(x - half, y - half * 0.75);
  context.lineTo(x + half, y - half * 0.75);
  context.lineTo(x, y + half * 0.75);
  context.closePath();
  context.stroke();
  context.globalAlpha = 1;
}

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = { g: "M2 6a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", r: "M2.5 2.5h7v7h-7z", i: "M6 1l5 5-5 5-5-5z" };
const LIMIT = "M1.5 3h9l-4.5 7z";

// For legends; `kind` is detection, limit or fainter.
export function drawSwatch(band, kind) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("class", `swatch ${kind} ${kind === "fainter" ? "" : `band-${band}`}`);
  path.setAttribute("d", kind === "limit" ? LIMIT : SHAPES[band]);
  svg.append(path);
  return svg;
}
