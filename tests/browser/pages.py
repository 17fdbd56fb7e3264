"""The pages that every rule for pages is tested on; whoever adds a page adds a line."""

PAGES = [
    ("brita", "/"),
    ("brita", "/candidates/ZTF26aaakqzp"),
    ("brita", "/api/docs"),
]
"""Who looks, and at what. Of the marshal that `tests.browser.serve` seeds."""

SIGNED_OUT = ["/signin"]
"""Pages that are seen without an account."""
