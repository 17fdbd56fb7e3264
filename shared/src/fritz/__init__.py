"""Fritz: alerts, archive and marshal for time-domain surveys."""
