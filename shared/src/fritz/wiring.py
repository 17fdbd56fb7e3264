"""The one place that constructs adapters."""
