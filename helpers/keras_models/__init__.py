"""Convolutional networks in Keras: inputs, training, transfer, tuning."""
