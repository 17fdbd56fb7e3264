"""The bandpasses that photometry may be in, and where Vega stands in each of them.

Names are those of the registry of sncosmo (Barbary et al., doi:10.5281/zenodo.592747), which
SkyPortal uses; photometry comes in these names and in no others. The columns were computed once,
as sncosmo 2.13 computes them: photon-weighted integrals in steps of 1 Å over the part of the curve
above a thousandth of its peak. Curves: ZTF without atmosphere (Feindt 2018), SDSS (Doi et al. 2010,
AJ 139, 1628), Pan-STARRS1 (Tonry et al. 2012, ApJ 750, 99), 2MASS (Cohen et al. 2003, AJ 126,
1090), Bessell (1990, PASP 102, 1181). Vega: CALSPEC ``alpha_lyr_stis_007`` (Bohlin 2014, AJ 147,
127), had as its version 008 scaled to it at 460 wavelengths: good to 2e-6 mag, in ZTF's bands to
1e-6. `python -m tests.support.sncosmo_table` prints the table anew where sncosmo has its data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fritz.errors import Invalid

__all__ = ["BANDPASSES", "Bandpass", "bandpass"]


@dataclass(frozen=True, slots=True)
class Bandpass:
    """One bandpass."""

    name: str
    wavelength_angstrom: float | None = None
    """Mean wavelength, weighted by the transmission; None where it is not in our table."""
    vega_ab: float | None = None
    """AB magnitude of Vega; None where it is not in our table."""


MEASURED: Final = (
    Bandpass("ztfg", 4813.9, -0.0957753),
    Bandpass("ztfr", 6421.8, 0.1836502),
    Bandpass("ztfi", 7883.0, 0.4220273),
    Bandpass("sdssu", 3594.3, 0.8912785),
    Bandpass("sdssg", 4717.6, -0.0967403),
    Bandpass("sdssr", 6186.8, 0.1481316),
    Bandpass("sdssi", 7506.2, 0.3621704),
    Bandpass("sdssz", 8918.3, 0.5215997),
    Bandpass("ps1::g", 4866.5, -0.0830488),
    Bandpass("ps1::r", 6214.6, 0.1487746),
    Bandpass("ps1::i", 7544.6, 0.3684675),
    Bandpass("ps1::z", 8679.5, 0.5123728),
    Bandpass("ps1::y", 9633.3, 0.5441980),
    Bandpass("ps1::w", 6389.4, 0.1309796),
    Bandpass("2massj", 12410.3, 0.8993018),
    Bandpass("2massh", 16513.5, 1.3728414),
    Bandpass("2massks", 21656.1, 1.8429320),
    Bandpass("bessellux", 3591.6, 0.8117657),
    Bandpass("bessellb", 4384.8, -0.1021379),
    Bandpass("bessellv", 5488.9, 0.0100933),
    Bandpass("bessellr", 6534.0, 0.1932872),
    Bandpass("besselli", 8033.4, 0.4413117),
)

SAME_AS: Final = {
    **{f"sdss::{band}": f"sdss{band}" for band in "ugriz"},
}
"""Second names of bandpasses."""

OTHERS: Final = (
    "4shooter2::b 4shooter2::i 4shooter2::r 4shooter2::us 4shooter2::v acswf::f606w acswf::f775w "
    "acswf::f850lp atlasc atlaso cspb cspg csphd csphs cspi cspjd cspjs cspk cspr cspu cspv3009 "
    "cspv3014 cspv9844 cspyd cspys desg desi desr desu desy desz euclidh euclidj euclidvis "
    "euclidy f062 f070w f087 f090w f098m f1000w f105w f106 f1065c f110w f1130w f1140c f115w f125w "
    "f127m f1280w f129 f139m f140m f140w f146 f1500w f150w f153m f1550c f158 f160w f162m f1800w "
    "f182m f184 f200w f2100w f210m f213 f218w f225w f2300c f250m f2550w f275w f277w f300m f300x "
    "f335m f336w f350lp f356w f360m f390w f410m f430m f435w f438w f444w f460m f475w f480m f555w "
    "f560w f606w f625w f689m f763m f770w f775w f845m f850lp gaia::g gaia::gbp gaia::grp "
    "gaia::grvs galex::fuv galex::nuv gotob gotog gotol gotor hsc::g hsc::i hsc::i2 hsc::r "
    "hsc::r2 hsc::y hsc::z kepler keplercam::b keplercam::i keplercam::r keplercam::us "
    "keplercam::v lsstg lssti lsstr lsstu lssty lsstz megacam6::g megacam6::i megacam6::i2 "
    "megacam6::r megacam6::z nicf110w nicf160w nicmos2::f110w nicmos2::f160w ps1::open skymapperg "
    "skymapperi skymapperr skymapperu skymapperz standard::b standard::i standard::r standard::u "
    "standard::v swope2::b swope2::g swope2::h swope2::i swope2::j swope2::r swope2::u swope2::v "
    "swope2::v1 swope2::v2 swope2::y tess uvf475w uvf555w uvf606w uvf625w uvf775w uvf814w "
    "uvf850lp uvot::b uvot::u uvot::uvm2 uvot::uvw1 uvot::uvw2 uvot::v uvot::white ztf::g ztf::i "
    "ztf::r "
)
"""Names alone: AB photometry in them is taken, Vega magnitudes are not."""


def _table() -> dict[str, Bandpass]:
    table = {each.name: each for each in MEASURED}
    for name, original in SAME_AS.items():
        same = table[original]
        table[name] = Bandpass(name, same.wavelength_angstrom, same.vega_ab)
    return table | {name: Bandpass(name) for name in OTHERS.split()}


BANDPASSES: Final[Mapping[str, Bandpass]] = _table()
"""Every bandpass by its name."""


def bandpass(name: str) -> Bandpass:
    """Return the bandpass of that name.

    Raises
    ------
    Invalid
        There is none.

    Examples
    --------
    >>> bandpass("ztfg").vega_ab
    -0.0957753
    """
    found = BANDPASSES.get(name)
    if found is None:
        raise Invalid(f"unknown filter {name[:50]!r}: not one of the allowed bandpasses")
    return found
