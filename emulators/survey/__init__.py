"""The survey simulator: a seeded night of alert packets that pass for ZTF."""

from emulators.survey.catalogs import simulate_catalogs
from emulators.survey.night import DEFAULT_NIGHT, clouded_night, simulate
from emulators.survey.output import write_night
from emulators.survey.packet import Packet, Truth

__all__ = [
    "DEFAULT_NIGHT",
    "Packet",
    "Truth",
    "clouded_night",
    "simulate",
    "simulate_catalogs",
    "write_night",
]
