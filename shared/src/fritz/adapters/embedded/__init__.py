"""The ports on one machine, without servers."""
