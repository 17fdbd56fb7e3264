"""Sources with everything that a page may show of one, posted through the API."""

import math
import random

from fritz.services.instruments import survey_instrument
from tests.support.marshal_world import JD_NOW, NOW

RICH, PULSING = "ZTF26aasource", "ZTF26aapulsar"
"""A supernova with spectra and a discussion; a star that pulsates."""
PERIOD = 0.57341
MJD_NOW = JD_NOW - 2_400_000.5
SECRET = "only group 6 may read this"
SUPERNOVAE = {"class": "Supernova", "subclasses": [{"class": "Ia"}, {"class": "II"}]}
HIERARCHY = {"class": "Time-domain source", "subclasses": [SUPERNOVAE, {"class": "Variable"}]}


def add_sources(world, client):
    """Add both to a world that `client`'s app serves, as its administrator."""
    headers = {"Authorization": f"token {world.token('admin')}"}

    def post(path, body):
        answer = client.post(path, json=body, headers=headers)
        assert answer.status_code == 200, (path, answer.json)
        return answer.json["data"]

    for name in (RICH, PULSING):
        world.candidate(name)
        post("/api/sources", {"id": name, "group_ids": [2, 6]})
    camera = survey_instrument(world.documents, "ztf", NOW).id
    post("/api/photometry", _points(RICH, camera, supernova()))
    post("/api/photometry", _points(PULSING, camera, pulsations()))
    client.patch(
        f"/api/sources/{RICH}",
        headers=headers,
        json={"redshift": 0.0312, "redshift_error": 0.0005, "tns_name": "SN 2026abc"},
    )
    for night, flux in ((10, 1.0), (24, 1.6)):
        post("/api/spectra", _spectrum(camera, night, flux))
    tree = {"name": "Sitewide", "version": "1.0", "hierarchy": HIERARCHY}
    number = post("/api/taxonomy", tree)["taxonomy_id"]
    post(
        "/api/classification",
        {"obj_id": RICH, "taxonomy_id": number, "classification": "Ia", "probability": 0.9},
    )
    post(f"/api/sources/{RICH}/comments", {"text": "Rising fast, @brita: a spectrum tonight?"})
    post(f"/api/sources/{RICH}/comments", {"text": SECRET, "group_ids": [6]})
    gaia = {"Mag_G": 15.1, "Plx": 0.5, "Mag_Bp": 15.4, "Mag_Rp": 14.8}
    post(
        f"/api/sources/{PULSING}/annotations",
        {"origin": "gaia:dr3", "data": gaia, "group_ids": [1]},
    )
    shown = {"include_photometry": True, "include_classifications": True}
    post(f"/api/public_pages/source/{PULSING}", {"options": shown})
    lately = {"passed_filters_window_hours": 24, "saved_candidates_window_hours": 24}
    post("/api/candidates/scan_reports", {"group_ids": [2], **lately})


def supernova():
    """Return (mjd, filter, mag or None, error) of a supernova that is seen in three filters."""
    rows = [(MJD_NOW, "ztfr", 17.9, 0.05)]
    for night in range(60):
        band = ("ztfg", "ztfr", "ztfi")[night % 3]
        phase = night - 22
        mag = 17.4 + (phase / 10) ** 2 * (0.35 if phase > 0 else 1.6)
        seen = mag < 20.4
        error = 0.03 * 10 ** (0.25 * (mag - 17.5))
        rows.append((MJD_NOW - 61.3 + night, band, mag if seen else None, error if seen else None))
    return rows


def pulsations():
    """Return the same of a star with the period `PERIOD`."""
    dice, rows = random.Random(7), []
    for night in range(160):
        mjd = MJD_NOW - 160 + night + 0.2 * dice.random()
        turn = 2 * math.pi * mjd / PERIOD
        for band, size, mean in (("ztfg", 0.5, 16.2), ("ztfr", 0.35, 15.9)):
            mag = mean + size * math.sin(turn) + 0.2 * size * math.sin(2 * turn)
            rows.append(
                (mjd + (0.01 if band == "ztfr" else 0.0), band, mag + dice.gauss(0, 0.03), 0.03)
            )
    return rows


def _points(name, camera, rows):
    return {
        "obj_id": name,
        "instrument_id": camera,
        "mjd": [row[0] for row in rows],
        "filter": [row[1] for row in rows],
        "mag": [row[2] for row in rows],
        "magerr": [row[3] for row in rows],
        "limiting_mag": 20.6,
        "magsys": "ab",
        "stream_ids": [1, 2, 3],
    }


def _spectrum(camera, night, flux):
    waves = [3800 + 4 * step for step in range(1400)]
    dice = random.Random(night)

    def value(wave):
        dip = 0.6 * math.exp(-(((wave - 6150 * 1.0312) / 70) ** 2))
        wide = 0.3 * math.exp(-(((wave - 5000 * 1.0312) / 180) ** 2))
        return flux * ((5500 / wave) ** 2 - dip + wide) + dice.gauss(0, 0.05)

    return {
        "obj_id": RICH,
        "instrument_id": camera,
        "observed_at": f"2026-11-{night:02d}T05:00:00",
        "wavelengths": waves,
        "fluxes": [value(wave) for wave in waves],
        "group_ids": "all",
    }
