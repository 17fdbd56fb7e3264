"""The pipeline language: parse, check, compile, explain."""
