"""Table schemas, SQL and data rights of the archive."""
