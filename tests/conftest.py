"""What holds for every test."""

from hypothesis import settings

settings.register_profile("fritz", deadline=None)
settings.load_profile("fritz")

MOST_BYTES_IN_AN_ID = 32


def pytest_make_parametrize_id(val):
    """Name long bytes without their content: packets carry random markers, ids must not."""
    return "bytes" if isinstance(val, bytes) and len(val) > MOST_BYTES_IN_AN_ID else None
