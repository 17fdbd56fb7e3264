"""The columns that hold ZTF's measurements, as of alert schema 4.02; older schemas are subsets.

Names are ZTF's own. Single precision of the packet becomes FLOAT64 with the same value.
"""

from dataclasses import replace

from fritz.archive.schema import Column

__all__ = ["CANDIDATE", "FP_HIST", "PRV_CANDIDATE"]


def _real(name: str, description: str, unit: str = "") -> Column:
    return Column(name, "FLOAT64", description, unit)


def _count(name: str, description: str, unit: str = "") -> Column:
    return Column(name, "INT64", description, unit)


def _text(name: str, description: str) -> Column:
    return Column(name, "STRING", description)


def _neighbours() -> tuple[Column, ...]:
    """Return the seven columns of each of the three nearest PS1 sources within 30 arcsec."""
    columns = []
    for rank, word in ((1, "nearest"), (2, "second nearest"), (3, "third nearest")):
        columns.append(_count(f"objectidps{rank}", f"PS1 object id of the {word} PS1 source"))
        columns += [
            _real(f"s{band}mag{rank}", f"PSF magnitude in {band} of the {word} PS1 source", "mag")
            for band in "griz"
        ]
        columns.append(_real(f"sgscore{rank}", f"Stellarity (1: star) of the {word} PS1 source"))
        columns.append(_real(f"distpsnr{rank}", f"Distance of the {word} PS1 source", "arcsec"))
    return tuple(columns)


_EXPOSURE = (
    _real("jd", "Start of the exposure, UTC Julian date", "d"),
    _count("fid", "Filter: 1 = g, 2 = r, 3 = i"),
    _count("pid", "Processing id of the science image"),
    _real("diffmaglim", "Expected 5 sigma limit of the difference image", "mag"),
    _text("pdiffimfilename", "File of the difference image"),
    _text("programpi", "Principal investigator of the programme"),
    _count("programid", "Data rights: 1 public, 2 partnership, 3 Caltech, 0 engineering"),
    _count("candid", "Id of the detection; null in a limit"),
    _text("isdiffpos", "t or 1: brighter than the reference; f or 0: fainter"),
    _count("tblid", "Row in the pipeline's extraction table"),
    _count("nid", "Night number of the survey"),
    _count("rcid", "Readout channel, 0 to 63"),
    _count("field", "Field of ZTF's grid"),
)

_DETECTION = (
    _real("xpos", "Position along x", "pixel"),
    _real("ypos", "Position along y", "pixel"),
    _real("ra", "Right ascension, J2000", "deg"),
    _real("dec", "Declination, J2000", "deg"),
    _real("magpsf", "Magnitude of the difference, PSF fit", "mag"),
    _real("sigmapsf", "Uncertainty of magpsf, 1 sigma", "mag"),
    _real("chipsf", "Reduced chi square of the PSF fit"),
    _real("magap", "Magnitude in an aperture of 14 pixels", "mag"),
    _real("sigmagap", "Uncertainty of magap, 1 sigma", "mag"),
    _real("distnr", "Distance of the nearest source of the reference catalogue", "pixel"),
    _real("magnr", "Magnitude of the nearest reference source", "mag"),
    _real("sigmagnr", "Uncertainty of magnr, 1 sigma", "mag"),
    _real("chinr", "DAOPhot chi of the nearest reference source"),
    _real("sharpnr", "DAOPhot sharpness of the nearest reference source"),
    _real("sky", "Local background", "DN"),
    _real("magdiff", "magap - magpsf", "mag"),
    _real("fwhm", "Full width at half maximum, Gaussian core", "pixel"),
    _real("classtar", "SExtractor's stellarity"),
    _real("mindtoedge", "Distance to the nearest edge of the image", "pixel"),
    _real("magfromlim", "diffmaglim - magap", "mag"),
    _real("seeratio", "FWHM of the difference image over fwhm"),
    _real("aimage", "RMS of the profile along the major axis", "pixel"),
    _real("bimage", "RMS of the profile along the minor axis", "pixel"),
    _real("aimagerat", "aimage over fwhm"),
    _real("bimagerat", "bimage over fwhm"),
    _real("elong", "aimage over bimage"),
    _count("nneg", "Negative pixels in a 5 x 5 stamp"),
    _count("nbad", "Masked pixels in a 5 x 5 stamp"),
    _real("rb", "Real (1) or bogus (0), random forest"),
    _real("ssdistnr", "Distance of the nearest known solar system object", "arcsec"),
    _real("ssmagnr", "Predicted magnitude of that object", "mag"),
    _text("ssnamenr", "Name of that object; the text null where there is none"),
    _real("sumrat", "Sum of pixels over sum of absolute pixels in a 5 x 5 stamp"),
    _real("magapbig", "Magnitude in an aperture of 18 pixels", "mag"),
    _real("sigmagapbig", "Uncertainty of magapbig, 1 sigma", "mag"),
    _real("ranr", "Right ascension of the nearest reference source, J2000", "deg"),
    _real("decnr", "Declination of the nearest reference source, J2000", "deg"),
    _real("scorr", "Peak signal to noise in the matched-filtered difference"),
    _text("rbversion", "Version of the classifier behind rb"),
)

_CALIBRATION = (
    _real("magzpsci", "Photometric zero point", "mag"),
    _real("magzpsciunc", "Uncertainty of magzpsci", "mag"),
    _real("magzpscirms", "Scatter of the photometric calibrators", "mag"),
    _real("clrcoeff", "Colour coefficient of the calibration"),
    _real("clrcounc", "Uncertainty of clrcoeff"),
)

_HISTORY_AND_REFERENCE = (
    _count("ndethist", "Earlier detections within 1.5 arcsec, same field and channel"),
    _count("ncovhist", "Times that the position was observed"),
    _real("jdstarthist", "Earliest epoch counted in ndethist", "d"),
    _real("jdendhist", "Latest epoch counted in ndethist", "d"),
    _count("tooflag", "1: from a target of opportunity"),
    _count("nmtchps", "PS1 sources within 30 arcsec"),
    _count("rfid", "Processing id of the reference image"),
    _real("jdstartref", "Earliest exposure of the reference image", "d"),
    _real("jdendref", "Latest exposure of the reference image", "d"),
    _count("nframesref", "Exposures in the reference image"),
    _real("dsnrms", "Difference over its scatter at the position"),
    _real("ssnrms", "Matched-filtered difference over its scatter at the position"),
    _real("dsdiff", "dsnrms - ssnrms"),
    _count("nmatches", "Photometric calibrators used"),
    _real("zpclrcov", "Covariance of magzpsci and clrcoeff", "mag^2"),
    _real("zpmed", "Zero point from the median of the calibrators", "mag"),
    _real("clrmed", "Median colour of the calibrators: g-r, g-r, r-i for g, r, i", "mag"),
    _real("clrrms", "Scatter of the calibrators' colours", "mag"),
    _real("neargaia", "Distance of the nearest Gaia DR1 source", "arcsec"),
    _real("neargaiabright", "Distance of the nearest Gaia DR1 source above 14 mag", "arcsec"),
    _real("maggaia", "G magnitude of the nearest Gaia DR1 source", "mag"),
    _real("maggaiabright", "G magnitude of the nearest Gaia DR1 source above 14 mag", "mag"),
    _real("exptime", "Exposure time", "s"),
    _real("drb", "Real (1) or bogus (0), deep learning"),
    _text("drbversion", "Version of the classifier behind drb"),
)

CANDIDATE = (*_EXPOSURE, *_DETECTION, *_neighbours(), *_HISTORY_AND_REFERENCE, *_CALIBRATION)
"""The detection that raised the alert."""

_KNOWN = {column.name: column for column in CANDIDATE}


def _shared(*names: str) -> tuple[Column, ...]:
    return tuple(_KNOWN[name] for name in names)


PRV_CANDIDATE = (*_EXPOSURE, *_DETECTION, *_CALIBRATION, *_shared("drb", "drbversion"))
"""One earlier detection, or one limit (magpsf null, diffmaglim given), of the last 365 days.

The deep real-bogus score is not in ZTF's own history; ours has it for detections that were alerts.
"""


FP_HIST = (
    *_shared("field", "rcid", "fid", "pid", "rfid", "jd", "programid", "diffmaglim", "exptime"),
    *_CALIBRATION,
    _real("sciinpseeing", "FWHM of the science image", "pixel"),
    _real("scibckgnd", "Background of the science image", "DN"),
    _real("scisigpix", "Robust noise of one pixel of the science image", "DN"),
    _real("adpctdif1", "Astrometric scatter along right ascension", "arcsec"),
    _real("adpctdif2", "Astrometric scatter along declination", "arcsec"),
    _real("forcediffimflux", "Forced PSF flux of the difference", "DN"),
    _real("forcediffimfluxunc", "Uncertainty of that flux, 1 sigma", "DN"),
    _text("procstatus", "Processing codes; 0 means no warning"),
    replace(_KNOWN["distnr"], unit="arcsec"),
    *_shared("ranr", "decnr", "magnr", "sigmagnr", "chinr", "sharpnr"),
    _real("alert_mag", "magpsf of the alert that brought the epoch", "mag"),
    _real("alert_ra", "Right ascension of that alert, where the photometry was forced", "deg"),
    _real("alert_dec", "Declination of that alert, where the photometry was forced", "deg"),
    _count("alert_programid", "Data rights of that alert; it gates the epoch as programid does"),
)
"""One epoch of forced photometry at the object's position, and which alert brought it."""
