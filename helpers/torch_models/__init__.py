"""Networks in PyTorch: classifiers and segmenters, their training and use."""
