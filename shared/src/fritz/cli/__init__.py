"""The `fritz` command."""
