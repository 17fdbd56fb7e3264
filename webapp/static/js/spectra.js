// Spectra without a plot: smoothing, scaling, rest frames and where lines fall. Wavelengths are
// Angstrom, velocities km/s, outflows positive.
export const LIGHT_KM_S = 299792.458;

// Returns values smoothed by a Gaussian of a standard deviation in pixels, cut at three of them; at
// the ends the kernel is normalised to what there is. 0 returns the values themselves.
export function smoothed(values, pixels) {
  if (!(pixels > 0)) return values;
  const reach = Math.ceil(3 * pixels);
  const kernel = Array.from({ length: reach + 1 }, (_, at) => Math.exp(-0.5 * (at / pixels) ** 2));
  return values.map((_, at) => {
    let [sum, weight] = [0, 0];
    for (let other = Math.max(0, at - reach); other <= Math.min(values.length - 1, at + reach); other += 1) {
      const here = kernel[Math.abs(at - other)];
      sum += here * values[other];
      weight += here;
    }
    return sum / weight;
  });
}

// Returns the factor that brings the median of absolute values to one, so that spectra compare.
export function scale(values) {
  const sorted = values.map(Math.abs).filter(Number.isFinite).sort((one, other) => one - other);
  if (!sorted.length) return 1;
  const half = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  return median > 0 ? 1 / median : 1;
}

export function restWavelength(observed, redshift) {
  return observed / (1 + redshift);
}

// Returns where a line is seen of gas that comes towards us at a velocity, within an object at a
// redshift: relativistic Doppler shift. In the rest frame of the object give a redshift of 0.
export function lineAt(wavelength, redshift, velocity = 0) {
  const beta = velocity / LIGHT_KM_S;
  return wavelength * (1 + redshift) * Math.sqrt((1 - beta) / (1 + beta));
}

// Returns the velocity that brings a line to where it is seen.
export function velocityOf(observed, wavelength, redshift) {
  const ratio = (observed / (wavelength * (1 + redshift))) ** 2;
  return (LIGHT_KM_S * (1 - ratio)) / (1 + ratio);
}
