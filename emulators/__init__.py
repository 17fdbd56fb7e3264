"""A ZTF night in a box, and launchers for the emulators of Google services."""
