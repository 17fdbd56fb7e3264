"""Models that score alerts: input contracts, cards, checks. No inference engine in here."""
