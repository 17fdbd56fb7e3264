"""Tables of ZTF's light curves of all sources: matchfiles, data releases, and what SCoPe says.

The columns have the names that scripts know from Kowalski's collections ``ZTF_sources_<release>``,
``ZTF_source_features_<release>`` and ``ZTF_source_classifications_<release>``; here releases share
a table.
"""

from typing import Final

from fritz.archive.schema import Column, Table

__all__ = ["EPOCH", "FEATURES", "PERIOD", "ZTF_SOURCES", "ZTF_SOURCE_CLASSIFICATIONS"]
__all__ += ["ZTF_SOURCE_FEATURES"]


def _real(name: str, description: str, unit: str = "") -> Column:
    return Column(name, "FLOAT64", description, unit)


def _count(name: str, description: str) -> Column:
    return Column(name, "INT64", description)


_RELEASE = Column(
    "release",
    "STRING",
    "Which release: 20210401 of matchfiles, DR5 of public data",
    mode="REQUIRED",
)
_ID = Column(
    "_id",
    "INT64",
    "Id of the light curve, of one source in one filter and readout channel",
    mode="REQUIRED",
)
_HEALPIX = Column(
    "healpix", "INT64", "Nested HEALPix cell of order 29 of the position", mode="REQUIRED"
)
_FIELD = Column("field", "INT64", "Field of ZTF's grid", mode="REQUIRED")
_POSITION = (
    Column("ra", "FLOAT64", "Right ascension, J2000", "deg", mode="REQUIRED"),
    Column("dec", "FLOAT64", "Declination, J2000", "deg", mode="REQUIRED"),
)
_CHANNEL = (
    Column("filter", "INT64", "Filter: 1 = g, 2 = r, 3 = i", mode="REQUIRED"),
    _count("ccd", "CCD, 1 to 16"),
    _count("quad", "Quadrant of the CCD, 1 to 4"),
    _count("rc", "Readout channel, 0 to 63"),
)
_PROGRAMID = Column(
    "programid",
    "INT64",
    "Data rights of all of the row: those of the light curves it was computed from",
    mode="REQUIRED",
)
_LOADED = Column("loaded_at", "TIMESTAMP", "When the row was written", mode="REQUIRED")
_FIELDS: Final = (0, 2000, 1)

EPOCH: Final = (
    _real("hjd", "Heliocentric Julian date of the exposure", "d"),
    _real("mag", "Calibrated magnitude, PSF fit", "mag"),
    _real("magerr", "Uncertainty of mag, 1 sigma", "mag"),
    _count("catflags", "Quality of the epoch; 0: usable (bits: ZTF's data release notes)"),
    _real("chi", "DAOPhot chi of the PSF fit"),
    _real("sharp", "DAOPhot sharpness"),
    _real("clrcoeff", "Colour coefficient of the calibration"),
    _real("ra", "Right ascension at this epoch, J2000", "deg"),
    _real("dec", "Declination at this epoch, J2000", "deg"),
    _count("expid", "Exposure, unique in its matchfile"),
    _count("uexpid", "Exposure, unique in the release: 10^16 + field, channel, filter and expid"),
    _count("programid", "Data rights: 1 public, 2 partnership, 3 Caltech"),
)
"""One epoch of a light curve."""

STATISTICS: Final = (
    _count("nobs", "Epochs of the light curve"),
    _real("meanmag", "Mean magnitude", "mag"),
    _real("vonneumannratio", "Von Neumann ratio of the magnitudes; small: they vary smoothly"),
    _real("iqr", "Interquartile range of the magnitudes", "mag"),
)
"""What was computed from all epochs, and so shown only to those who may see all of them."""

ZTF_SOURCES: Final = Table(
    "ztf_sources",
    (
        _RELEASE,
        _ID,
        _FIELD,
        *_CHANNEL,
        _HEALPIX,
        *_POSITION,
        _count("matchid", "Number of the source in its matchfile"),
        _real("refmag", "Magnitude in the reference image", "mag"),
        _real("refmagerr", "Uncertainty of refmag, 1 sigma", "mag"),
        _real("refchi", "DAOPhot chi in the reference image"),
        _real("refsharp", "DAOPhot sharpness in the reference image"),
        *STATISTICS,
        Column(
            "data",
            "STRUCT",
            "The light curve, earliest epoch first, each epoch with its own programid",
            mode="REPEATED",
            fields=EPOCH,
        ),
        _LOADED,
    ),
    "One row per source, filter and readout channel: its light curve of a release of matchfiles or "
    "of public data. Loading again repeats rows, so read through the view `ztf_sources_once`.",
    partition="field",
    partition_range=_FIELDS,
    cluster=("release", "healpix", "_id"),
)

_FOURIER: Final = (
    _real("f1_power", "Share of the variance that the Fourier series explains"),
    _real("f1_BIC", "Bayesian information criterion of the series"),
    _real("f1_a", "Constant of the series", "mag"),
    _real("f1_b", "Slope of the series", "mag/d"),
    _real("f1_amp", "Amplitude of the fundamental", "mag"),
    _real("f1_phi0", "Phase of the fundamental"),
    *(
        _real(f"f1_rel{what}{n}", f"{name} of harmonic {n + 1} relative to the fundamental's")
        for n in range(1, 5)
        for what, name in (("amp", "Amplitude"), ("phi", "Phase"))
    ),
)
PERIOD: Final = (
    _real("period", "Best period", "d"),
    _real("significance", "Significance of the period"),
    _real("pdot", "Rate of change of the period"),
    *_FOURIER,
)
"""Columns 1 to 17 of ``stats_<algorithm>`` in a file of features, in order."""

FEATURES: Final = (
    _count("n", "Epochs used"),
    _real("median", "Median magnitude", "mag"),
    _real("wmean", "Weighted mean magnitude", "mag"),
    _real("chi2red", "Reduced chi square about the mean"),
    _real("roms", "Robust median statistic"),
    _real("wstd", "Weighted standard deviation", "mag"),
    _real("norm_peak_to_peak_amp", "Normalized peak-to-peak amplitude"),
    _real("norm_excess_var", "Normalized excess variance"),
    _real("median_abs_dev", "Median absolute deviation", "mag"),
    _real("iqr", "Interquartile range", "mag"),
    *(_real(f"i{share}r", f"Range of the inner {share} %", "mag") for share in (60, 70, 80, 90)),
    _real("skew", "Skewness"),
    _real("smallkurt", "Kurtosis for small samples"),
    _real("inv_vonneumannratio", "Inverse of the von Neumann ratio"),
    _real("welch_i", "Welch's I"),
    _real("stetson_j", "Stetson's J"),
    _real("stetson_k", "Stetson's K"),
    _real("ad", "Anderson-Darling statistic"),
    _real("sw", "Shapiro-Wilk statistic"),
)
"""Columns 3 to 24 of ``stats`` in a file of features, in order."""

ZTF_SOURCE_FEATURES: Final = Table(
    "ztf_source_features",
    (
        _RELEASE,
        _ID,
        _FIELD,
        *_CHANNEL,
        _PROGRAMID,
        _HEALPIX,
        *_POSITION,
        *FEATURES,
        *PERIOD,
        Column(
            "periods",
            "STRUCT",
            "What each algorithm found; the columns above are EAOV's, as in Kowalski",
            mode="REPEATED",
            fields=(
                Column("algorithm", "STRING", "EAOV, ECE, ELS", mode="REQUIRED"),
                *PERIOD,
            ),
        ),
        _LOADED,
    ),
    "One row per light curve: its statistics and periods (ztfperiodic). Loading again repeats "
    "rows, so read through the view `ztf_source_features_once`.",
    partition="field",
    partition_range=_FIELDS,
    cluster=("release", "healpix", "_id"),
)

ZTF_SOURCE_CLASSIFICATIONS: Final = Table(
    "ztf_source_classifications",
    (
        _RELEASE,
        _ID,
        _FIELD,
        *_CHANNEL,
        _PROGRAMID,
        Column("name", "STRING", "The class and its classifier, as vnv_xgb", mode="REQUIRED"),
        Column("class", "STRING", "Short name of SCoPe's class, as vnv", mode="REQUIRED"),
        Column("architecture", "STRING", "xgb or dnn", mode="REQUIRED"),
        Column("score", "FLOAT64", "The classifier's score, 0 to 1", mode="REQUIRED"),
        _LOADED,
    ),
    "One row per light curve, class and classifier of SCoPe. Loading again repeats rows, so read "
    "through the view `ztf_source_classifications_once`.",
    partition="field",
    partition_range=_FIELDS,
    cluster=("release", "name", "_id"),
)
