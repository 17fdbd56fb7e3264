"""Training of Fritz's own models: samples, augmentation, splits, evaluation. No framework here."""
