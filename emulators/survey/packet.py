"""Alerts put together: a batch of objects seen in one exposure becomes packets."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emulators.survey.avro import CANDIDATE, Alert, pack
from emulators.survey.bookkeeping import reference_image, survey_history
from emulators.survey.conditions import Conditions
from emulators.survey.draws import Draws, mix
from emulators.survey.fits import pack_stamp
from emulators.survey.history import Past, exposure_columns
from emulators.survey.identity import calendar_year, candidate_ids, image_name, object_id
from emulators.survey.lightcurves import mag_of
from emulators.survey.measure import Measured, detection_columns
from emulators.survey.populations import Sources
from emulators.survey.sky import QUADRANT_PX
from emulators.survey.solar_system import solar_system_columns
from emulators.survey.stamps import CENTRE, SIZE, Scene, render
from emulators.survey.surroundings import Neighbours, catalogue_columns, neighbours

__all__ = ["Packet", "Truth", "build_packets"]

Array = NDArray[np.float64]
PUBLISHER = "Fritz survey simulator (not ZTF)"
SURVEY_YEAR = 2018
"""When the survey first saw what is always there."""
SUFFIXES = ("_targ_sci", "_ref", "")
NEEDED = (
    "candid", "pid", "programid", "field", "fid", "isdiffpos", "jd", "ra", "dec",
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
    rng = np.random.default_rng(int(mix(seed, 70, at.exposure.key[0], objects.key[0])[0]))
    stamps = render(_scene(objects, at, seen, around, columns), rng)
    images = (stamps.science, stamps.template, stamps.difference)
    encoded = CANDIDATE.encode(columns, len(objects))
    plain = {name: _plain(columns[name]) for name in NEEDED}
    packets = []
    for row, candidate in enumerate(encoded):
        fields = {name: plain[name][row] for name in NEEDED}
        name = _name(seed, objects, row, fields)
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
    columns.update(survey_history(objects, at, past))
    columns.update(solar_system_columns(objects, at, columns["magpsf"]))
    columns.update(reference_image(at))
    number = len(objects)
    columns["pdiffimfilename"] = image_name(at)
    columns["exptime"] = np.full(number, 30.0)
    columns["tooflag"] = np.zeros(number, int).tolist()
    columns["drbversion"] = ["d6_m7"] * number
    return columns


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
        extinction=at.exposure.extinction_mag,
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


def _name(seed: int, objects: Sources, row: int, fields: dict[str, Any]) -> str:
    kind = objects.kind[row]
    born = float(objects.epoch_jd[row]) if kind.transient else fields["jd"]
    year = SURVEY_YEAR if not (kind.transient or kind.passing) else calendar_year(born)
    return object_id(seed, fields["field"], int(objects.serial[row]), year)


def _truth(objects: Sources, seen: Measured, row: int, fields: dict[str, Any], name: str) -> Truth:
    kind, redshift = objects.kind[row], float(objects.redshift[row])
    return Truth(
        candid=fields["candid"], object_id=name, kind=kind.name, real=kind.real,
        redshift=None if np.isnan(redshift) else round(redshift, 5),
        mag=round(float(mag_of(abs(seen.true_flux[row]))), 4), fid=fields["fid"],
        jd=fields["jd"], ra=fields["ra"], dec=fields["dec"],
    )  # fmt: skip
