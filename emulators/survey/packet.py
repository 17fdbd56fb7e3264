"""Alerts put together: a batch of objects seen in one exposure becomes packets."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emulators.survey.avro import CANDIDATE, Alert, pack
from emulators.survey.conditions import Conditions
from emulators.survey.draws import Draws, mix
from emulators.survey.fits import pack_stamp
from emulators.survey.history import Past, exposure_columns, no_solar_system
from emulators.survey.identity import candidate_ids, image_name, object_id
from emulators.survey.lightcurves import mag_of
from emulators.survey.measure import Measured, detection_columns
from emulators.survey.populations import Sources
from emulators.survey.schedule import FIRST_NIGHT_JD
from emulators.survey.sky import QUADRANT_PX
from emulators.survey.stamps import CENTRE, SIZE, Scene, render
from emulators.survey.surroundings import Neighbours, catalogue_columns, neighbours

__all__ = ["Packet", "Truth", "build_packets"]

Array = NDArray[np.float64]
PUBLISHER = "Fritz survey simulator (not ZTF)"
SUFFIXES = ("_targ_sci", "_ref", "")
NEEDED = (
    "candid", "pid", "programid", "field", "fid", "isdiffpos", "jd", "jdstarthist", "ra", "dec",
    "xpos", "ypos",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Truth:
    """What the simulator knows and a survey would not."""

    candid: int
    object_id: str
    kind: str
    real: bool
    redshift: float | None
    mag: float
    """Magnitude of the difference without noise."""
    fid: int
    jd: float
    ra: float
    dec: float
    damage: str = ""
    """How the packet's bytes were spoilt, if they were."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Packet:
    """One alert packet as published, with the truth beside it."""

    candid: int
    object_id: str
    programid: int
    data: bytes
    """The Avro container file."""
    truth: Truth


def build_packets(
    seed: int, objects: Sources, at: Conditions, seen: Measured, past: list[Past]
) -> list[Packet]:
    """Return the packets of objects seen in one exposure, in the order given."""
    columns = _candidate_columns(objects, at, seen, past)
    around = neighbours(objects, columns["ra"], columns["dec"])
    columns.update(catalogue_columns(objects, around, columns["dec"]))
    rng = np.random.default_rng(int(mix(seed, 70, at.exposure.key[0])[0]))
    stamps = render(_scene(objects, at, seen, around, columns), rng)
    images = (stamps.science, stamps.template, stamps.difference)
    encoded = CANDIDATE.encode(columns, len(objects))
    plain = {name: _plain(columns[name]) for name in NEEDED}
    packets = []
    for row, candidate in enumerate(encoded):
        fields = {name: plain[name][row] for name in NEEDED}
        name = _name(seed, int(objects.serial[row]), fields)
        alert = Alert(
            publisher=PUBLISHER, object_id=name, candid=fields["candid"], candidate=candidate,
            previous=past[row].previous, forced=past[row].forced,
            cutouts=_cutouts(fields, [image[row] for image in images]),
        )  # fmt: skip
        truth = _truth(objects, seen, row, fields, name)
        packets.append(Packet(fields["candid"], name, fields["programid"], pack(alert), truth))
    return packets


def _plain(column: Any) -> list[Any]:
    plain: list[Any] = column.tolist() if isinstance(column, np.ndarray) else column
    return plain


def _candidate_columns(
    objects: Sources, at: Conditions, seen: Measured, past: list[Past]
) -> dict[str, Any]:
    columns: dict[str, Any] = detection_columns(objects, at, seen)
    columns.update(exposure_columns(at))
    columns.update(candidate_ids(objects, at, seen.flux))
    columns.update(_survey_history(objects, at, past))
    columns.update(_solar_system(objects, at, columns["magpsf"]))
    columns.update(_reference_image(at))
    number = len(objects)
    columns["pdiffimfilename"] = image_name(at)
    columns["exptime"] = np.full(number, 30.0)
    columns["tooflag"] = np.zeros(number, int).tolist()
    columns["drbversion"] = ["d6_m7"] * number
    return columns


def _survey_history(objects: Sources, at: Conditions, past: list[Past]) -> dict[str, Any]:
    """Return how often the place was covered and the object detected since the survey began."""
    draw = Draws(mix(objects.key, 80))
    nights = at.exposure.nid - 450
    coverage = np.floor(np.maximum(nights, 10) * draw.lognormal("coverage", 0.55, 0.55)) + 8
    recent = np.array([len(p.detections) for p in past]) + 1
    returning = np.array([not (k.passing or k.transient) for k in objects.kind])
    older = np.floor(coverage * np.clip(draw.lognormal("share", 0.22, 1.1), 0, 0.8)) * returning
    first = np.array(
        [
            p.detections[0] if p.detections else jd
            for p, jd in zip(past, at.exposure.jd, strict=True)
        ]
    )
    began = FIRST_NIGHT_JD + 450 + draw.uniform("began", 0, 300)
    return {
        "ndethist": (recent + older).astype(int).tolist(),
        "ncovhist": np.maximum(coverage, recent + older).astype(int).tolist(),
        "jdstarthist": np.where(older > 0, np.round(began, 7), first),
        "jdendhist": at.exposure.jd,
    }  # fmt: skip


def _solar_system(objects: Sources, at: Conditions, mag: Array) -> dict[str, Any]:
    """Return the nearest known asteroid: itself for asteroids, seldom a stranger for the others."""
    columns = no_solar_system(len(objects))
    draw = Draws(mix(objects.key, at.exposure.key, 81))
    rock = np.array([k.name == "asteroid" for k in objects.kind])
    near = (rock & draw.happens("known", 0.93)) | draw.happens("stranger", 0.012)
    distance = np.where(
        rock, np.round(np.abs(draw.normal("distance", 0, 1.5))), draw.integer("far", 3, 30)
    )
    size = np.where(rock, mag + draw.normal("ssmag", 0.1, 0.25), draw.uniform("sother", 17, 21))
    number = draw.integer("number", 100, 550_000).tolist()
    columns["ssdistnr"] = np.where(near, distance, columns["ssdistnr"])
    columns["ssmagnr"] = np.where(near, np.round(size, 1), columns["ssmagnr"])
    columns["ssnamenr"] = [
        str(n) if known else "null" for n, known in zip(number, near, strict=True)
    ]
    return columns


def _reference_image(at: Conditions) -> dict[str, Any]:
    exposure = at.exposure
    draw = Draws(mix(82, exposure.field, at.rcid, exposure.fid))
    start = np.round(FIRST_NIGHT_JD + 420 + draw.uniform("start", 0, 120), 6)
    frames = 15 + np.floor(np.clip(draw.lognormal("frames", 1.5, 1.5), 0, 29))
    return {
        "rfid": exposure.field * 10**6 + 120_000 + exposure.fid * 100 + at.rcid,
        "jdstartref": start, "jdendref": np.round(start + draw.uniform("span", 20, 200), 6),
        "nframesref": frames.astype(int).tolist(),
    }  # fmt: skip


def _scene(
    objects: Sources, at: Conditions, seen: Measured, around: Neighbours, columns: dict[str, Any]
) -> Scene:
    number, row = len(objects), np.arange(len(objects))
    band = at.exposure.fid - 1
    zero = at.zero_point
    place = np.column_stack([columns["xpos"] % 1.0, columns["ypos"] % 1.0]) + CENTRE - 0.5
    own = 10.0 ** (-0.4 * (objects.counterpart_mag[row, band] - zero))
    star = np.where(objects.galaxy, 0.0, own)
    field = 10.0 ** (-0.4 * (around.mag[row, :, band] - zero[:, None]))
    offset = np.concatenate([objects.offset_px[:, None], around.offset_px], axis=1)
    centre = place + objects.offset_px
    shape = Draws(mix(objects.key, 83))
    galaxy = np.column_stack([
        np.where(objects.galaxy, own, 0.0), centre, np.maximum(objects.radius_px, 0.5),
        shape.uniform("ratio", 0.35, 1.0), shape.uniform("angle", 0, np.pi),
    ])  # fmt: skip
    channel = Draws(mix(84, at.rcid))
    return Scene(
        transient=seen.flux * 10.0 ** (0.4 * (zero - 25.0)),
        place=place,
        star_flux=np.concatenate([star[:, None], field], axis=1),
        star_place=place[:, None] + offset,
        galaxy=galaxy.reshape(number, 1, 6),
        seeing=at.seeing_px,
        reference_seeing=at.reference_px,
        ellipticity=channel.normal("ellipticity", 0.0, 0.04),
        sky=at.sky_dn,
        noise=at.noise_dn,
        defect=tuple(kind.defect for kind in objects.kind),
    )


def _cutouts(fields: dict[str, Any], images: list[NDArray[np.float32]]) -> list[tuple[str, bytes]]:
    x, y = int(fields["xpos"]), int(fields["ypos"])
    half, (width, height) = SIZE // 2, QUADRANT_PX
    rows = slice(max(0, half - y), SIZE - max(0, y + half + 1 - height))
    columns = slice(max(0, half - x), SIZE - max(0, x + half + 1 - width))
    turned = "_targ_scimref" if fields["isdiffpos"] == "t" else "_targ_refmsci"
    cutouts = []
    for suffix, image in zip(SUFFIXES, images, strict=True):
        pid = "" if suffix == "_ref" else f"_pid{fields['pid']}"
        name = f"candid{fields['candid']}{pid}{suffix or turned}.fits.gz"
        cutouts.append((name, pack_stamp(image[rows, columns])))
    return cutouts


def _name(seed: int, serial: int, fields: dict[str, Any]) -> str:
    year = int(2000 + (fields["jdstarthist"] - 2451544.5) / 365.25)
    return object_id(seed, fields["field"], serial, year)


def _truth(objects: Sources, seen: Measured, row: int, fields: dict[str, Any], name: str) -> Truth:
    kind, redshift = objects.kind[row], float(objects.redshift[row])
    return Truth(
        candid=fields["candid"], object_id=name, kind=kind.name, real=kind.real,
        redshift=None if np.isnan(redshift) else round(redshift, 5),
        mag=round(float(mag_of(abs(seen.true_flux[row]))), 4), fid=fields["fid"],
        jd=fields["jd"], ra=fields["ra"], dec=fields["dec"],
    )  # fmt: skip
