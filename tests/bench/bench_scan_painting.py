"""From a key to the next candidate on the screen: the contract is 100 ms on a quiet laptop."""

import statistics
from collections.abc import Iterator
from typing import Any

from tests.bench.bench_scan_memory import pages

SCANNED, PAUSE_MS = 48, 120
MOST_MS = 100


def bench() -> Iterator[dict[str, Any]]:
    """Yield one line: the median and the 95th percentile, in ms, against the contract."""
    from tests.browser.conftest import at_rest
    from tests.browser.test_scan import MEASURE, STAMPS

    with pages() as open_page:
        watched = open_page("admin", "/scan")
        at_rest(watched)
        watched.page.evaluate(MEASURE)
        late = 0
        for _ in range(SCANNED - 1):
            watched.page.keyboard.press("j")
            watched.page.wait_for_timeout(PAUSE_MS)
            late += not all(watched.page.evaluate(STAMPS))
        times = watched.page.evaluate("window.painted")
        yield {
            "scanned": SCANNED,
            "key_to_paint_ms": round(statistics.median(times), 1),
            "p95_ms": round(statistics.quantiles(times, n=20)[-1], 1),
            "most_ms": MOST_MS,
            "without_stamps_after_120_ms": late,
        }
