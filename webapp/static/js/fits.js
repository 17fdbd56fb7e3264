// FITS images as alerts carry them: a gzipped file whose primary array is the stamp.
const CARD = 80;
const BLOCK = 2880;

// Bytes of an image, unpacked if they are gzipped.
export async function unpacked(bytes) {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Returns the header's values by keyword, and where the data begin.
function readHeader(bytes) {
  const header = {};
  for (let at = 0; at + CARD <= bytes.length; at += CARD) {
    const card = String.fromCharCode(...bytes.subarray(at, at + CARD));
    const name = card.slice(0, 8).trim();
    if (name === "END") return { header, start: Math.ceil((at + CARD) / BLOCK) * BLOCK };
    if (card[8] === "=") header[name] = card.slice(10).split("/")[0].trim();
  }
  throw new Error("no END in the FITS header");
}

const READERS = {
  8: [1, (view, at) => view.getUint8(at)],
  16: [2, (view, at) => view.getInt16(at)],
  32: [4, (view, at) => view.getInt32(at)],
  "-32": [4, (view, at) => view.getFloat32(at)],
  "-64": [8, (view, at) => view.getFloat64(at)],
};

// Returns {width, height, pixels}: rows in the file's order, NaN where there is no value.
export function readFits(bytes) {
  const { header, start } = readHeader(bytes);
  const [width, height] = [Number(header.NAXIS1), Number(header.NAXIS2)];
  const reader = READERS[header.BITPIX];
  if (!reader || !(width > 0 && height > 0)) throw new Error("no image in the FITS file");
  const [size, read] = reader;
  if (bytes.length < start + size * width * height) throw new Error("the FITS image is cut short");
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  const scale = Number(header.BSCALE ?? 1);
  const zero = Number(header.BZERO ?? 0);
  const blank = header.BLANK === undefined ? NaN : Number(header.BLANK);
  const pixels = new Float32Array(width * height);
  for (let n = 0; n < pixels.length; n += 1) {
    const value = read(view, n * size);
    pixels[n] = value === blank ? NaN : zero + scale * value;
  }
  return { width, height, pixels };
}
