"""The three data sets, how they are fetched and split, and their synthetic twins."""
