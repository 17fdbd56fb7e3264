"""The survey simulator: a seeded night of alert packets that pass for ZTF."""
