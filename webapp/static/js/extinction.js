// Dust of the Milky Way: magnitudes of extinction per magnitude of E(B-V), for R_V = 3.1.
// Schlafly & Finkbeiner 2011 (ApJ 737, 103), table 6; E(B-V) is that of Schlegel et al. 1998. ZTF's
// filters count as those of the SDSS, Gaia's, 2MASS's and the Landolt ones stand there as well.
const COEFFICIENTS = {
  sdssu: 4.239, sdssg: 3.303, sdssr: 2.285, sdssi: 1.698, sdssz: 1.263,
  ztfg: 3.303, ztfr: 2.285, ztfi: 1.698,
  ps1g: 3.172, ps1r: 2.271, ps1i: 1.682, ps1z: 1.322, ps1y: 1.087,
  desu: 3.963, desg: 3.237, desr: 2.176, desi: 1.595, desz: 1.217, desy: 1.058,
  bessellux: 4.334, bessellb: 3.626, bessellv: 2.742, bessellr: 2.169, besselli: 1.505,
  standardu: 4.334, standardb: 3.626, standardv: 2.742, standardr: 2.169, standardi: 1.505,
  "2massj": 0.723, "2massh": 0.46, "2massks": 0.31,
};

const FAMILIES = { u: 4.239, b: 3.626, g: 3.303, v: 2.742, r: 2.285, i: 1.698, z: 1.263, y: 1.087, j: 0.723, h: 0.46, k: 0.31 };

// Returns the coefficient of a filter: its own, else that of the band that its name ends in, else 0.
export function coefficient(filter) {
  const name = plain(filter);
  return COEFFICIENTS[name] ?? FAMILIES[bandOf(filter)] ?? 0;
}

function plain(filter) {
  return filter.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

// Returns the letter that a filter goes by: g of ztfg, ps1::g and sdssg; o and c of ATLAS.
export function bandOf(filter) {
  const name = plain(filter).replace(/^(bessell|standard)ux$/, "u").replace(/ks$/, "k").replace(/ip$/, "i").replace(/rp$/, "r").replace(/gp$/, "g").replace(/zs$/, "z");
  return name.at(-1) ?? "";
}

const BLUE_TO_RED = "ubgcvroizyjhk";

// Returns where a filter stands from blue to red; those that are not known come last.
export function colourOrder(filter) {
  const at = BLUE_TO_RED.indexOf(bandOf(filter));
  return at < 0 ? BLUE_TO_RED.length : at;
}
