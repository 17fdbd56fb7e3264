"""Documents, some of them written from the code."""
