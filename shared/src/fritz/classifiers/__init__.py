"""Features, model cards, registry and scoring."""
