// Lines that spectra of transients and galaxies show: rest wavelengths in air, Angstrom, of the NIST
// atomic spectra database; telluric bands by their heads. `atmosphere` lines stay where they are.
export const LINES = [
  { name: "H", title: "Hydrogen", waves: [6562.8, 4861.3, 4340.5, 4101.7, 3970.1] },
  { name: "He I", title: "Helium", waves: [3888.6, 4471.5, 5015.7, 5875.6, 6678.2, 7065.2] },
  { name: "He II", title: "Ionised helium", waves: [3203.1, 4685.7, 5411.5, 6560.1] },
  { name: "C II", title: "Ionised carbon", waves: [4267.0, 6578.0, 6582.9, 7231.3, 7236.4] },
  { name: "C III", title: "Carbon III", waves: [4647.4, 4650.2, 5695.9] },
  { name: "N II", title: "Ionised nitrogen", waves: [5001.5, 5679.6] },
  { name: "N III", title: "Nitrogen III", waves: [4634.1, 4640.6] },
  { name: "O I", title: "Oxygen", waves: [6158.2, 7774.2, 8446.4] },
  { name: "[O I]", title: "Oxygen, forbidden", waves: [6300.3, 6363.8] },
  { name: "Na I D", title: "Sodium", waves: [5890.0, 5895.9] },
  { name: "Mg I", title: "Magnesium", waves: [5167.3, 5172.7, 5183.6] },
  { name: "Mg II", title: "Ionised magnesium", waves: [2795.5, 2802.7, 4481.2, 7877.1, 7896.4] },
  { name: "Si II", title: "Ionised silicon", waves: [3856.0, 4128.1, 4130.9, 5041.0, 5056.0, 6347.1, 6371.4] },
  { name: "S II", title: "Ionised sulphur", waves: [5432.8, 5453.9, 5606.2, 5640.0, 5647.0] },
  { name: "Ca II", title: "Ionised calcium", waves: [3933.7, 3968.5, 8498.0, 8542.1, 8662.1] },
  { name: "[Ca II]", title: "Calcium, forbidden", waves: [7291.5, 7323.9] },
  { name: "Fe II", title: "Ionised iron", waves: [4923.9, 5018.4, 5169.0, 5197.6, 5234.6] },
  { name: "Fe III", title: "Iron III", waves: [4419.6, 5127.4, 5156.1] },
  { name: "galaxy", title: "Galaxy, emission", waves: [3727.1, 3868.8, 4861.3, 4958.9, 5006.8, 6548.1, 6562.8, 6583.5, 6716.4, 6730.8] },
  { name: "stars", title: "Galaxy, absorption", waves: [3933.7, 3968.5, 4304.4, 5175.4, 5269.0, 5892.9] },
  { name: "sky", title: "Telluric bands", waves: [6867.0, 7186.0, 7594.0, 8170.0, 9380.0], atmosphere: true },
];

// Returns the wavelengths of a list that somebody typed, with commas or blanks; what is none is left out.
export function typedLines(text) {
  return text.split(/[\s,;]+/).map(Number).filter((wave) => wave > 0 && Number.isFinite(wave));
}
