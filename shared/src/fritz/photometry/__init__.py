"""Fluxes, magnitudes, limits, light curves and their statistics."""
