"""What external catalogs say of the simulated sky: the same stars and galaxies, as they list them.

Names of columns are those of the published files, so that the demo loads them as people load the
real ones. Only what stands at or beside alerting objects is listed, not the field between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from emulators.survey.draws import Draws, mix
from emulators.survey.identity import FIRST_NIGHT
from emulators.survey.night import DEFAULT_NIGHT, plan
from emulators.survey.populations import Sources, field_objects
from emulators.survey.schedule import night_exposures
from emulators.survey.sky import FIELDS, sky_position

__all__ = ["Columns", "simulate_catalogs"]

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[np.generic]]
"""One catalog's columns, (N,) each."""
VEGA_PER_R = {"j_m": 1.1, "h_m": 1.5, "k_m": 1.6}
"""How much brighter in the near infrared a star of middling colour is than in r."""


def simulate_catalogs(alerts: int, seed: int, night: date = DEFAULT_NIGHT) -> dict[str, Columns]:
    """Return catalogs of the sky that a night's alerts come from, by name.

    Parameters
    ----------
    alerts, seed, night : those of `simulate`; the catalogs are of the same sky
    """
    sky = _counterparts(alerts, seed, (night - FIRST_NIGHT).days)
    made: dict[str, Callable[[_Sky], Columns]] = {
        "Gaia_DR3": _gaia, "PS1_DR1": _panstarrs, "2MASS_PSC": _two_mass, "AllWISE": _all_wise,
        "CLU_20190625": _clu, "NED_BetaV3": _ned, "milliquas": _milliquas, "VSX": _vsx,
    }  # fmt: skip
    return {name: columns(sky) for name, columns in made.items()}


class _Sky:
    """Counterparts of objects: N places with magnitudes."""

    def __init__(self, objects: Sources, ra: Array, dec: Array) -> None:
        self.ra, self.dec = ra, dec
        self.mag = objects.counterpart_mag
        self.galaxy = objects.galaxy
        self.redshift = objects.redshift
        self.radius_arcsec = objects.radius_px * 1.01
        self.kind = np.array([each.name for each in objects.kind])
        self.draw = Draws(mix(objects.key, 90))
        self.number = np.asarray(mix(objects.key, 91) >> np.uint64(2)).astype(np.int64)

    def listed(self, chosen: NDArray[np.bool_], columns: Columns) -> Columns:
        """Return columns of some of the counterparts, with number and position."""
        shared = {"id": self.number, "ra": self.ra, "dec": self.dec}
        return {name: values[chosen] for name, values in {**shared, **columns}.items()}

    def jitter(self, name: str, sigma: float) -> Array:
        """Return measured magnitudes' errors, drawn."""
        return self.draw.normal(name, 0.0, sigma)


def _counterparts(alerts: int, seed: int, nid: int) -> _Sky:
    exposures = night_exposures(seed, nid)
    groups = []
    centres: list[tuple[float, float]] = []
    fields = {int(exposures.field[shot.index]): shot.wish for shot in plan(alerts, seed, nid)}
    for field, wish in fields.items():
        found = field_objects(seed, field, nid, wish)
        where = int(np.searchsorted(FIELDS.ids, field))
        centre = float(FIELDS.ra[where]), float(FIELDS.dec[where])
        centres += [centre] * sum(len(group) for group in found)
        groups += found
    objects = Sources.joined(groups)
    place = np.array(centres)
    ra, dec = sky_position(
        place[:, 0],
        place[:, 1],
        objects.rcid,
        objects.x + objects.offset_px[:, 0],
        objects.y + objects.offset_px[:, 1],
    )
    shown = objects.counterpart_mag[:, 1] < 23.0
    return _Sky(objects.take(shown), ra[shown], dec[shown])


def _gaia(sky: _Sky) -> Columns:
    green = sky.mag[:, 1] - 0.15
    distance_pc = 10 ** ((green - sky.draw.normal("absolute", 5.0, 2.0)) / 5 + 1)
    error = 0.02 + 0.05 * 10 ** (0.2 * np.maximum(green - 17.0, 0.0))
    parallax = np.where(sky.galaxy, 0.0, 1e3 / distance_pc) + error * sky.draw.normal("parallax")
    motion = np.where(sky.galaxy, 0.0, 2e3 / distance_pc)
    columns = {
        "phot_g_mean_mag": green, "phot_bp_mean_mag": sky.mag[:, 0], "parallax": parallax,
        "phot_rp_mean_mag": sky.mag[:, 2] - 0.3, "parallax_error": error,
        "pmra": motion * sky.draw.normal("pmra"), "pmdec": motion * sky.draw.normal("pmdec"),
        "ruwe": sky.draw.lognormal("ruwe", 1.02, 0.08),
    }  # fmt: skip
    return sky.listed((green < 20.7) & (~sky.galaxy | (sky.radius_arcsec < 1.2)), columns)


def _panstarrs(sky: _Sky) -> Columns:
    bands = {"g": 0, "r": 1, "i": 2, "z": 2, "y": 2}
    redder = {"z": 0.25, "y": 0.35}
    columns: dict[str, Array] = {}
    for band, place in bands.items():
        true = sky.mag[:, place] - redder.get(band, 0.0)
        columns[f"{band}MeanPSFMag"] = true + sky.jitter(f"ps1 {band}", 0.015)
        columns[f"{band}MeanPSFMagErr"] = 0.005 + 0.02 * 10 ** (0.3 * (true - 20.0))
    found = sky.listed((sky.mag[:, 1] < 22.6) & (sky.dec > -30.0), columns)
    return {"objID": found["id"], "raMean": found["ra"], "decMean": found["dec"]} | {
        name: found[name] for name in columns
    }


def _two_mass(sky: _Sky) -> Columns:
    columns = {
        band: sky.mag[:, 1] - brighter + sky.jitter(band, 0.05)
        for band, brighter in VEGA_PER_R.items()
    }
    return sky.listed((columns["k_m"] < 14.8) & ~sky.galaxy, columns)


def _all_wise(sky: _Sky) -> Columns:
    red = np.where(sky.kind == "agn", 1.0, np.where(sky.galaxy, 0.25, 0.02))
    w1 = sky.mag[:, 1] - np.where(sky.galaxy, 2.6, 1.7) + sky.jitter("w1", 0.05)
    w2 = w1 - red + sky.jitter("w2", 0.05)
    columns = {
        "w1mpro": w1, "w2mpro": w2, "w3mpro": w2 - 1.5 * red, "w4mpro": w2 - 3.0 * red,
        "w1sigmpro": 0.02 + 0.03 * 10 ** (0.3 * (w1 - 16.0)),
        "w2sigmpro": 0.03 + 0.05 * 10 ** (0.3 * (w2 - 15.5)),
        "ph_qual": np.full(len(w1), "AABU"),
    }  # fmt: skip
    return sky.listed(w1 < 17.0, columns)


def _galaxies(sky: _Sky, limit: float) -> NDArray[np.bool_]:
    return sky.galaxy & (np.nan_to_num(sky.redshift, nan=9.0) < limit)


def _clu(sky: _Sky) -> Columns:
    mstar = 10 ** (10.2 - 0.4 * (sky.mag[:, 1] - 17.5) + 2 * np.log10(sky.redshift / 0.04))
    columns = {
        "name": np.array([f"SIM G{each % 10**9:09d}" for each in sky.number.tolist()]),
        "z": sky.redshift, "a": sky.radius_arcsec / 1800.0, "mstar": mstar,
        "b2a": sky.draw.uniform("ratio", 0.35, 1.0), "pa": sky.draw.uniform("pa", 0.0, 180.0),
        "sfr_fuv": sky.draw.lognormal("sfr", 1.0, 0.8),
        "sfr_ha": sky.draw.lognormal("sfr ha", 1.0, 0.8),
    }  # fmt: skip
    return sky.listed(_galaxies(sky, 0.05), columns)


def _ned(sky: _Sky) -> Columns:
    mpc = 299792.458 / 70.0 * sky.redshift * (1 + 0.775 * sky.redshift)
    columns = {
        "objname": np.array([f"SIM G{each % 10**9:09d}" for each in sky.number.tolist()]),
        "objtype": np.full(len(mpc), "G"), "z": sky.redshift, "DistMpc": mpc,
        "z_unc": np.full(len(mpc), 1e-4), "DistMpc_unc": 0.07 * mpc,
        "m_Ks": sky.mag[:, 1] - 2.8 + sky.jitter("ks", 0.1),
    }  # fmt: skip
    found = sky.listed(_galaxies(sky, 0.25), columns)
    return {name: values for name, values in found.items() if name != "id"}


def _milliquas(sky: _Sky) -> Columns:
    columns = {
        "Name": np.array([f"SIM Q{each % 10**9:09d}" for each in sky.number.tolist()]),
        "Descrip": np.full(len(sky.ra), "QR"), "z": sky.redshift,
        "Qpct": np.clip(sky.draw.normal("qpct", 96.0, 3.0), 0.0, 100.0),
        "Rmag": sky.mag[:, 1],
    }  # fmt: skip
    found = sky.listed((sky.kind == "agn") & sky.draw.happens("known quasar", 0.8), columns)
    return {name: values for name, values in found.items() if name != "id"}


def _vsx(sky: _Sky) -> Columns:
    types = {
        "rr_lyrae": "RRAB", "eclipsing_binary": "EA", "long_period_variable": "SR",
        "cataclysmic_variable": "UG",
    }  # fmt: skip
    columns = {
        "Name": np.array([f"SIM V{each % 10**9:09d}" for each in sky.number.tolist()]),
        "type": np.array([types.get(each, "") for each in sky.kind.tolist()]),
        "max": sky.mag[:, 1] - 0.4,
    }
    known = np.isin(sky.kind, list(types)) & sky.draw.happens("known variable", 0.6)
    return sky.listed(known, columns)
