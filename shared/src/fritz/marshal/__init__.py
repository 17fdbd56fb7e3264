"""Groups, streams, tokens, candidates, sources and what hangs on them."""
