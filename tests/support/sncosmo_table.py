"""sncosmo's own numbers for our bandpasses: ``python -m tests.support.sncosmo_table``.

sncosmo is compiled where it is installed and fetches its curves from its own site, so it stands in
no lock file: ``pip install sncosmo``, and let it fetch, or point ``SNCOSMO_DATA_DIR`` to its data.
"""

import math
import sys

from fritz.photometry.bandpasses import MEASURED

__all__ = ["vega_ab", "wavelength"]


def vega_ab(name):
    """Return the AB magnitude of Vega in a bandpass, as sncosmo has it."""
    import sncosmo  # noqa: PLC0415 -- not installed everywhere

    ab, vega = sncosmo.get_magsystem("ab"), sncosmo.get_magsystem("vega")
    band = sncosmo.get_bandpass(name)
    return 2.5 * math.log10(ab.zpbandflux(band) / vega.zpbandflux(band))


def wavelength(name):
    """Return the mean wavelength of a bandpass, in angstrom, as sncosmo has it."""
    import sncosmo  # noqa: PLC0415 -- not installed everywhere

    return sncosmo.get_bandpass(name).wave_eff


if __name__ == "__main__":
    for each in MEASURED:
        row = f'Bandpass("{each.name}", {wavelength(each.name):.1f}, {vega_ab(each.name):.7f}),'
        sys.stdout.write(row + "\n")
