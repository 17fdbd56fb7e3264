"""What a night of alerts would do to the platform: a discrete-event model of its functions."""
