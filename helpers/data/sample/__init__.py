"""Synthetic sample data sets: pictures drawn from pigment and light, no file read."""
