"""The ports on Google Cloud's products."""
