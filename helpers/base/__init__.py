"""Ground floor: paths, seeds, errors, progress."""
