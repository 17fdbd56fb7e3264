// Stamps of candidates: fetched and decoded when the browser is idle, painted once to canvases and kept
// for the candidates around the one that is shown.
import { readFits, unpacked } from "../fits.js";
import { limits, painted } from "../stretch.js";

const KEPT = 16;
const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 1));

async function decoded(bytes) {
  if (!bytes.length) return null;
  try {
    const image = readFits(await unpacked(bytes));
    return { ...image, range: limits(image.pixels) };
  } catch {
    return null; // a stamp that is none is shown as missing
  }
}

// The three files of an alert follow each other after their lengths, three 32-bit numbers.
function parts(buffer) {
  const lengths = new DataView(buffer);
  let at = 12;
  return [0, 4, 8].map((n) => {
    const end = at + lengths.getUint32(n, true);
    const part = new Uint8Array(buffer, at, end - at);
    at = end;
    return part;
  });
}

export function paint(image, how) {
  if (!image?.range) return null;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const pixels = new ImageData(painted(image.pixels, image.range, how), image.width, image.height);
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  return canvas;
}

export class Stamps {
  constructor(url, arrived) {
    this.url = url;
    this.arrived = arrived;
    this.how = { stretch: "asinh", contrast: 1, inverted: false };
    this.kept = new Map();
  }

  // Returns {images, canvases} of an alert, or null until they are there.
  get(candid) {
    const found = this.kept.get(candid);
    if (!found?.images) return null;
    found.canvases ??= found.images.map((image) => paint(image, this.how));
    return found;
  }

  want(candid, now = false) {
    if (!candid) return;
    const known = this.kept.get(candid);
    if (known) {
      this.kept.delete(candid); // the one that was wanted last is forgotten last
      this.kept.set(candid, known);
      if (now) known.start();
      return;
    }
    const entry = {};
    entry.start = () => {
      entry.started ??= this.load(candid, entry);
    };
    this.kept.set(candid, entry);
    for (const old of [...this.kept.keys()].slice(0, Math.max(0, this.kept.size - KEPT))) this.kept.delete(old);
    if (now) entry.start();
    else idle(entry.start, { timeout: 500 });
  }

  async load(candid, entry) {
    try {
      const response = await fetch(this.url.replace("CANDID", candid));
      entry.images = response.ok ? await Promise.all(parts(await response.arrayBuffer()).map(decoded)) : [null, null, null];
    } catch {
      this.kept.delete(candid); // offline: asked for again when it is wanted again
      return;
    }
    idle(() => this.get(candid), { timeout: 200 });
    this.arrived(candid);
  }

  change(how) {
    Object.assign(this.how, how);
    for (const entry of this.kept.values()) entry.canvases = null;
  }
}
