"""Small ZTF packets for tests that need them without the kit: schema 4.02, made-up values."""

import gzip
import io
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import fastavro
import numpy as np

from fritz.alerts.schemas import alert_schema

__all__ = ["fields_of", "fits_stamp", "fp_point", "prv_point", "retyped", "retyped_packet",
           "ztf_packet", "ztf_packets", "ztf_record"]  # fmt: skip

BASE_CANDIDATE: dict[str, Any] = {
    "fid": 1, "pid": 2459000123415, "diffmaglim": 20.5, "programpi": "Test", "isdiffpos": "t",
    "nid": 1200, "rcid": 10, "field": 600, "xpos": 1000.5, "ypos": 2000.25, "magpsf": 18.5,
    "sigmapsf": 0.08, "chipsf": 1.1, "magap": 18.6, "sigmagap": 0.09, "distnr": 3.0,
    "magnr": 19.5, "sigmagnr": 0.05, "chinr": 1.0, "sharpnr": 0.01, "sky": 0.2, "magdiff": 0.1,
    "fwhm": 2.0, "classtar": 0.9, "mindtoedge": 500.0, "magfromlim": 2.0, "seeratio": 1.2,
    "aimage": 0.8, "bimage": 0.75, "elong": 1.07, "nneg": 2, "nbad": 0, "rb": 0.8,
    "ssdistnr": -999.0, "ssmagnr": -999.0, "ssnamenr": "null", "sumrat": 0.9,
    "sgmag1": 20.0, "srmag1": 19.8, "simag1": 19.7, "szmag1": 19.6, "sgscore1": 0.1,
    "distpsnr1": 2.5, "ndethist": 3, "ncovhist": 30, "scorr": 12.5, "tooflag": 0,
    "objectidps1": 1234567890, "nmtchps": 4, "rfid": 600120110, "jdstartref": 2458000.5,
    "jdendref": 2458300.5, "nframesref": 15, "rbversion": "t17_f5_c3", "magzpsci": 26.2,
    "magzpsciunc": 1e-5, "magzpscirms": 0.03, "nmatches": 800, "clrcoeff": -0.05,
    "clrcounc": 1e-5, "neargaia": 30.0, "neargaiabright": -999.0, "maggaia": 17.5,
    "maggaiabright": -999.0, "exptime": 30.0, "drb": 0.95, "drbversion": "d6_m7",
}  # fmt: skip


@cache
def _schema() -> Any:
    return fastavro.parse_schema(alert_schema())


def _nulls(record: str) -> dict[str, None]:
    """Every field of a record of the schema, null."""
    for field in alert_schema()["fields"]:
        kind = field["type"][1] if isinstance(field["type"], list) else field["type"]
        kind = kind.get("items", kind) if isinstance(kind, dict) else kind
        if isinstance(kind, dict) and kind["name"] == record:
            return {f["name"]: None for f in kind["fields"]}
    raise KeyError(record)


def fields_of(schema: Mapping[str, Any], section: str) -> list[dict[str, Any]]:
    """Return the fields that a schema gives to the alert (``""``) or to a section of it."""
    if not section:
        found: list[dict[str, Any]] = schema["fields"]
        return found
    kind = next(field["type"] for field in schema["fields"] if field["name"] == section)
    if isinstance(kind, list):
        kind = next(branch for branch in kind if isinstance(branch, dict))
    return fields_of(kind.get("items", kind), "")


def retyped(
    schema: Any, record: dict[str, Any], section: str, field: str, kind: Any, value: Any
) -> None:
    """Give a field, maybe a new one, another type in the schema and that value in the record."""
    fields = fields_of(schema, section)
    fields[:] = [each for each in fields if each["name"] != field]
    fields.append({"name": field, "type": ["null", kind]})
    places = record[section] or [] if section else record
    for place in places if isinstance(places, list) else [places]:
        place[field] = value


def retyped_packet(
    section: str,
    field: str,
    kind: Any,
    value: Any,
    *,
    record: dict[str, Any] | None = None,
    **kwargs: Any,
) -> bytes:
    """Return a packet of one alert, by default a made-up one, with a field of another type."""
    schema, record = alert_schema(), record or ztf_record(**kwargs)
    retyped(schema, record, section, field, kind, value)
    out = io.BytesIO()
    fastavro.writer(out, fastavro.parse_schema(schema), [record])
    return out.getvalue()


def fits_stamp(values: Any | None = None, *, seed: int = 0, peak: float = 200.0) -> bytes:
    """Return a gzipped FITS image like ZTF's; by default 63x63 noise with a source in it."""
    if values is None:
        y, x = np.mgrid[:63, :63]
        star = peak * np.exp(-((x - 31) ** 2 + (y - 31) ** 2) / 5.0)
        values = np.random.default_rng(seed).normal(0.0, 5.0, (63, 63)) + star
    image = np.asarray(values, dtype=">f4")
    cards = ["SIMPLE  =                    T", f"BITPIX  = {-32:20d}", f"NAXIS   = {2:20d}",
             f"NAXIS1  = {image.shape[1]:20d}", f"NAXIS2  = {image.shape[0]:20d}",
             "BUNIT   = 'DN      '", "END"]  # fmt: skip
    data = image.tobytes()
    blocks = "".join(card.ljust(80) for card in cards).ljust(2880).encode()
    return gzip.compress(blocks + data + bytes(-len(data) % 2880), compresslevel=1, mtime=0)


def prv_point(jd: float, magpsf: float | None = None, **values: Any) -> dict[str, Any]:
    """Return an element of prv_candidates: a detection if it has `magpsf`, else an upper limit."""
    point = _nulls("prv_candidate") | {
        "jd": jd, "fid": 1, "pid": int((jd - 2400000) * 1e8), "programid": 1, "diffmaglim": 20.5,
        "programpi": "Test", "nid": int(jd - 2457754), "field": 600, "rcid": 10, "magzpsci": 26.2,
        "rbversion": "t17_f5_c3",
    }  # fmt: skip
    if magpsf is not None:
        point |= {"candid": int((jd - 2457754) * 1e9) * 1000000 + 15, "isdiffpos": "t",
                  "ra": 150.0, "dec": 20.0, "magpsf": magpsf, "sigmapsf": 0.1, "rb": 0.8,
                  "magap": magpsf, "sigmagap": 0.1, "scorr": 10.0}  # fmt: skip
    return point | values


def fp_point(
    jd: float, flux: float = 500.0, flux_err: float = 50.0, **values: Any
) -> dict[str, Any]:
    """Return an element of fp_hists, fluxes in DN at a zero point of 26.2 mag."""
    point = _nulls("fp_hist") | {
        "jd": jd, "fid": 1, "pid": int((jd - 2400000) * 1e8), "rfid": 600120110, "programid": 1,
        "field": 600, "rcid": 10, "magzpsci": 26.2, "diffmaglim": 20.5, "forcediffimflux": flux,
        "forcediffimfluxunc": flux_err, "procstatus": "0", "ranr": 150.0, "decnr": 20.0,
        "exptime": 30.0,
    }  # fmt: skip
    return point | values


def ztf_record(
    candid: int = 1234567890115015001,
    object_id: str = "ZTF20aaaaaaa",
    jd: float = 2459000.75,
    ra: float = 150.0,
    dec: float = 20.0,
    programid: int = 1,
    *,
    prv: Iterable[Mapping[str, Any]] | None = (),
    fp: Iterable[Mapping[str, Any]] | None = None,
    stamps: tuple[bytes, bytes, bytes] | None = None,
    **candidate_overrides: Any,
) -> dict[str, Any]:
    """Return one alert as the dictionary that the packet will hold."""
    candidate = _nulls("candidate") | BASE_CANDIDATE | {
        "jd": jd, "candid": candid, "programid": programid, "ra": ra, "dec": dec, "ranr": ra,
        "decnr": dec, "jdstarthist": jd - 20.0, "jdendhist": jd,
        "pdiffimfilename": f"ztf_{candid}_scimrefdiffimg.fits",
    } | candidate_overrides  # fmt: skip
    stamps = stamps or (fits_stamp(seed=1), fits_stamp(seed=2, peak=50.0), fits_stamp(seed=3))
    names = ("Science", "Template", "Difference")
    return {
        "schemavsn": "4.02",
        "publisher": "Fritz tests",
        "objectId": object_id,
        "candid": candid,
        "candidate": candidate,
        "prv_candidates": None if prv is None else [dict(point) for point in prv],
        "fp_hists": None if fp is None else [dict(point) for point in fp],
    } | {
        f"cutout{name}": {"fileName": f"candid{candid}_{name}.fits.gz", "stampData": data}
        for name, data in zip(names, stamps, strict=True)
    }


def ztf_packets(records: Iterable[Mapping[str, Any]], codec: str = "null") -> bytes:
    """Return one Avro packet that holds the records."""
    out = io.BytesIO()
    fastavro.writer(out, _schema(), list(records), codec=codec)
    return out.getvalue()


def ztf_packet(*args: Any, **kwargs: Any) -> bytes:
    """Return one Avro packet with one alert; arguments as for `ztf_record`."""
    return ztf_packets([ztf_record(*args, **kwargs)])
