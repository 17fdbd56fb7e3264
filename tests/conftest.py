"""What holds for every test."""

from hypothesis import settings

settings.register_profile("fritz", deadline=None)
settings.load_profile("fritz")
