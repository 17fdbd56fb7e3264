"""What a night costs: operations that were counted, times list prices."""
