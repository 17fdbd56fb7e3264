"""What the compiler supposes of a survey's alerts.

Hints choose which test comes first; assumptions are checked once at run time, and an alert that
breaks one is evaluated by the code that makes none. Neither can change a result.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "ALWAYS_DOUBLE",
    "ARRAYS",
    "DOUBLE_NAMES",
    "INT_NAMES",
    "OBJECTS",
    "STRING_NAMES",
    "TOP_LEVEL",
]

TOP_LEVEL: Final = frozenset(
    {
        "_id",
        "candid",
        "candidate",
        "classifications",
        "coordinates",
        "cross_matches",
        "fp_hists",
        "objectId",
        "properties",
        "prv_candidates",
        "publisher",
        "schemavsn",
        "survey",
    }
)
"""Fields of an alert document; others are supposed to be missing."""

ARRAYS: Final = frozenset({"fp_hists", "prv_candidates"})
"""Top-level fields that hold arrays of objects."""

OBJECTS: Final = frozenset(
    {"candidate", "classifications", "coordinates", "cross_matches", "properties"}
)
"""Top-level fields that hold objects."""

ALWAYS_DOUBLE: Final = {
    "candidate": frozenset({"dec", "jd", "magpsf", "ra", "sigmapsf"}),
    "fp_hists": frozenset({"jd"}),
    "prv_candidates": frozenset({"jd"}),
}
"""Fields that no alert lacks, by the object or array that has them."""

INT_NAMES: Final = frozenset(
    {
        "candid",
        "fid",
        "field",
        "nbad",
        "ncovhist",
        "ndethist",
        "nframesref",
        "nid",
        "nmatches",
        "nmtchps",
        "nneg",
        "objectidps1",
        "objectidps2",
        "objectidps3",
        "pid",
        "programid",
        "rcid",
        "rfid",
        "tblid",
        "tooflag",
    }
)
"""Names of fields that hold whole numbers."""

STRING_NAMES: Final = frozenset(
    {
        "band",
        "drbversion",
        "isdiffpos",
        "objectId",
        "pdiffimfilename",
        "procstatus",
        "programpi",
        "publisher",
        "rbversion",
        "schemavsn",
        "ssnamenr",
    }
)
"""Names of fields that hold strings."""

DOUBLE_NAMES: Final = frozenset(
    {
        "acai_b",
        "acai_h",
        "acai_n",
        "acai_o",
        "acai_v",
        "aimage",
        "aimagerat",
        "b",
        "bimage",
        "bimagerat",
        "braai",
        "bts",
        "chinr",
        "chipsf",
        "classtar",
        "clrcoeff",
        "clrcounc",
        "clrmed",
        "clrrms",
        "dec",
        "decnr",
        "diffmaglim",
        "distnr",
        "distpsnr1",
        "distpsnr2",
        "distpsnr3",
        "drb",
        "dsdiff",
        "dsnrms",
        "elong",
        "exptime",
        "fwhm",
        "jd",
        "jdendhist",
        "jdendref",
        "jdstarthist",
        "jdstartref",
        "l",
        "magap",
        "magapbig",
        "magdiff",
        "magfromlim",
        "maggaia",
        "maggaiabright",
        "magnr",
        "magpsf",
        "magzpsci",
        "magzpscirms",
        "magzpsciunc",
        "mindtoedge",
        "neargaia",
        "neargaiabright",
        "ra",
        "ranr",
        "rb",
        "scorr",
        "seeratio",
        "sgmag1",
        "sgmag2",
        "sgmag3",
        "sgscore1",
        "sgscore2",
        "sgscore3",
        "sharpnr",
        "sigmagap",
        "sigmagapbig",
        "sigmagnr",
        "sigmapsf",
        "simag1",
        "simag2",
        "simag3",
        "sky",
        "srmag1",
        "srmag2",
        "srmag3",
        "ssdistnr",
        "ssmagnr",
        "ssnrms",
        "sumrat",
        "szmag1",
        "szmag2",
        "szmag3",
        "xpos",
        "ypos",
        "zpclrcov",
        "zpmed",
    }
)
"""Names of fields that hold doubles or nothing."""
