"""The names and types of a ZTF alert's fields as filters see them.

Packet fields: ZTF's alert schema (https://zwickytransientfacility.github.io/ztf-avro-alert/);
the rest is what Kowalski and BOOM add.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "BOOM_CANDIDATE",
    "BOOM_HISTORY",
    "CANDIDATE_ONLY",
    "CATALOGS",
    "DOUBLES",
    "FORCED_DOUBLES",
    "FORCED_INTS",
    "FORCED_STRINGS",
    "INTS",
    "NEVER_NULL",
    "RATE",
    "SCORES",
    "STRINGS",
]

DOUBLES: Final = frozenset(
    [
        "aimage",
        "aimagerat",
        "bimage",
        "bimagerat",
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
    ]
)
INTS: Final = frozenset(
    [
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
    ]
)
STRINGS: Final = frozenset(
    ["drbversion", "isdiffpos", "pdiffimfilename", "programpi", "rbversion", "ssnamenr"]
)
NEVER_NULL: Final = frozenset(
    [
        "jd",
        "fid",
        "pid",
        "programid",
        "candid",
        "isdiffpos",
        "ra",
        "dec",
        "magpsf",
        "sigmapsf",
        "ndethist",
        "ncovhist",
        "rbversion",
        "rfid",
        "jdstartref",
        "jdendref",
        "nframesref",
        "nmtchps",
        "nmatches",
        "drbversion",
    ]
)
"""Fields that the packet's schema requires of the current detection."""
CANDIDATE_ONLY: Final = frozenset(
    [
        "clrmed",
        "clrrms",
        "distpsnr1",
        "distpsnr2",
        "distpsnr3",
        "drb",
        "drbversion",
        "dsdiff",
        "dsnrms",
        "exptime",
        "jdendhist",
        "jdendref",
        "jdstarthist",
        "jdstartref",
        "maggaia",
        "maggaiabright",
        "neargaia",
        "neargaiabright",
        "ncovhist",
        "ndethist",
        "nframesref",
        "nmatches",
        "nmtchps",
        "objectidps1",
        "objectidps2",
        "objectidps3",
        "rfid",
        "sgmag1",
        "sgmag2",
        "sgmag3",
        "sgscore1",
        "sgscore2",
        "sgscore3",
        "simag1",
        "simag2",
        "simag3",
        "srmag1",
        "srmag2",
        "srmag3",
        "ssnrms",
        "szmag1",
        "szmag2",
        "szmag3",
        "tooflag",
        "zpclrcov",
        "zpmed",
    ]
)
"""Fields of the current detection that earlier ones in the packet lack."""
FORCED_DOUBLES: Final = frozenset(
    [
        "sciinpseeing",
        "scibckgnd",
        "scisigpix",
        "magzpsci",
        "magzpsciunc",
        "magzpscirms",
        "clrcoeff",
        "clrcounc",
        "exptime",
        "adpctdif1",
        "adpctdif2",
        "diffmaglim",
        "jd",
        "forcediffimflux",
        "forcediffimfluxunc",
        "distnr",
        "ranr",
        "decnr",
        "magnr",
        "sigmagnr",
        "chinr",
        "sharpnr",
        "snr",
        "limmag3sig",
        "limmag5sig",
        "alert_mag",
        "alert_ra",
        "alert_dec",
        "mag",
        "magerr",
    ]
)
FORCED_INTS: Final = frozenset(["field", "rcid", "fid", "pid", "rfid", "programid"])
FORCED_STRINGS: Final = frozenset({"procstatus"})
SCORES: Final = ("braai", "acai_h", "acai_v", "acai_o", "acai_n", "acai_b", "bts", "btsbot")
BOOM_CANDIDATE: Final = frozenset(
    ["psfFlux", "psfFluxErr", "snr_psf", "apFlux", "apFluxErr", "snr_ap"]
)
BOOM_HISTORY: Final = frozenset(["psfFlux", "psfFluxErr", "snr_psf", "magpsf", "sigmapsf"])

CATALOGS: Final[dict[str, str]] = {
    "2MASS_PSC": "_id j_m h_m k_m",
    "AllWISE": "_id w1mpro w1sigmpro w2mpro w2sigmpro w3mpro w3sigmpro w4mpro w4sigmpro ph_qual",
    "Gaia_DR2": "_id parallax parallax_error phot_g_mean_mag phot_bp_mean_mag phot_rp_mean_mag",
    "Gaia_EDR3": "_id parallax parallax_error phot_g_mean_mag phot_bp_mean_mag phot_rp_mean_mag",
    "Gaia_DR3": "_id parallax parallax_error phot_g_mean_mag phot_bp_mean_mag phot_rp_mean_mag",
    "Gaia_DR2_WD": "_id White_dwarf_name Pwd Pwd_correction SDSS_name Teff eTeff",
    "PS1_STRM": "_id objID class prob_Galaxy prob_Star prob_QSO z_phot z_phot_err",
    "galaxy_redshifts_20200522": "_id z l b",
    "GALEX": "name FUVmag e_FUVmag NUVmag e_NUVmag",
    "IGAPS_DR2": "name r rErr i iErr ha haErr U_RGO UErr",
    "LAMOST_DR5_v3": "_id mjd snru snrg snrr snri snrz objtype class subclass",
    "PS1_DR1": (
        "_id gMeanPSFMag gMeanPSFMagErr rMeanPSFMag rMeanPSFMagErr iMeanPSFMag iMeanPSFMagErr"
        " zMeanPSFMag zMeanPSFMagErr yMeanPSFMag yMeanPSFMagErr"
    ),
    "milliquas": "_id Name Descrip Qpct",
    "milliquas_v6": "_id Name Descrip Qpct",
    "CLU_20190625": (
        "_id name ra dec a b2a pa z sfr_fuv mstar sfr_ha distance_arcsec distance_kpc"
    ),
    "NED_BetaV3": (
        "_id ra dec objname objtype z z_unc z_tech z_qual DistMpc DistMpc_unc ebv m_Ks m_Ks_unc"
        " tMASSphot Mstar Mstar_unc distance_arcsec distance_kpc"
    ),
    "NED": "_id ra dec objname objtype z z_unc DistMpc Mstar distance_arcsec distance_kpc",
    "DESI_DR1": "_id ra dec z zerr spectype distance_arcsec distance_kpc",
    "LS_DR10_PHOTOZ": "_id ra dec z_phot z_phot_std distance_arcsec distance_kpc",
}
"""The catalogs of `cross_matches` with the columns that are copied."""
RATE: Final = ("rate", "rate_error", "red_chi2", "nb_data", "dt")
"""Fields of `properties.photstats.<band>.rising` and `.fading`."""
