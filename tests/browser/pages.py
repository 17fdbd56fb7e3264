"""The pages that every rule for pages is tested on; whoever adds a page adds a line."""

PAGES = [
    ("brita", "/"),
    ("brita", "/scan"),
    ("brita", "/scan/reports"),
    ("brita", "/scan/reports/1"),
    ("brita", "/candidates"),
    ("brita", "/candidates/ZTF26aaakqzp"),
    ("brita", "/source/ZTF26aasource"),
    ("brita", "/source/ZTF26aapulsar#axis=phase&period=0.57341"),
    ("brita", "/source/ZTF26aasource/sky"),
    ("brita", "/sources"),
    ("brita", "/archive?q=ZTF26aaakqzp"),
    ("brita", "/archive/sql"),
    ("vera", "/solar-system?last=2026-11-23"),
    ("vera", "/solar-system/7482?last=2026-11-23"),
    ("brita", "/filters"),
    ("brita", "/filters/1"),
    ("brita", "/labelling"),
    ("brita", "/models"),
    ("brita", "/groups?show=all"),
    ("admin", "/groups/2"),
    ("admin", "/users"),
    ("admin", "/users/3"),
    ("admin", "/streams"),
    ("brita", "/tokens"),
    ("brita", "/access?obj_id=ZTF26aasource&username=nuria"),
    ("admin", "/taxonomies"),
    ("admin", "/taxonomies/1"),
    ("brita", "/profile"),
    ("brita", "/api/docs"),
    ("admin", "/status"),
]
"""Who looks, and at what. Of the marshal that `tests.browser.serve` seeds."""

SIGNED_OUT = ["/signin", "/public/source/ZTF26aapulsar"]
"""Pages that are seen without an account."""

PARTS = {"/api/docs": ["header", ".docs-index", ".docs-body > section:nth-of-type(-n + 2)"]}
"""Of pages that repeat the same thing hundreds of times: where axe looks."""
