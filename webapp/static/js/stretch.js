// How pixels become brightness: a percentile is black, the maximum white, and a curve between them.
export const STRETCHES = ["asinh", "linear", "log"];
const CURVES = {
  linear: (x) => x,
  asinh: (x) => Math.asinh(10 * x) / Math.asinh(10),
  log: (x) => Math.log1p(1000 * x) / Math.log1p(1000),
};
const BLACK_PERCENT = 1;

// Returns what is black and what is white of an image; null if no pixel has a value.
export function limits(pixels) {
  const known = pixels.filter(Number.isFinite).sort();
  if (!known.length) return null;
  return [known[Math.floor((known.length - 1) * (BLACK_PERCENT / 100))], known.at(-1)];
}

// Returns the RGBA bytes of an image; pixels without a value are transparent.
// `contrast` above 1 makes faint things brighter; `inverted` paints the sky white.
export function painted(pixels, [black, white], { stretch = "asinh", contrast = 1, inverted = false } = {}) {
  const curve = CURVES[stretch];
  const width = white - black || 1;
  const bytes = new Uint8ClampedArray(4 * pixels.length);
  for (let n = 0; n < pixels.length; n += 1) {
    const value = pixels[n];
    if (!Number.isFinite(value)) continue;
    const level = 255 * curve(Math.min(1, Math.max(0, ((value - black) / width) * contrast)));
    bytes.fill(inverted ? 255 - level : level, 4 * n, 4 * n + 3);
    bytes[4 * n + 3] = 255;
  }
  return bytes;
}
