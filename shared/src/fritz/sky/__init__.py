"""Coordinates, HEALPix cells, cones and separations."""
