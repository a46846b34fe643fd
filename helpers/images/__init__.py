"""Pictures as arrays: decode, resize, colour."""
