"""A training that is killed, and yet tells the test about it."""


class Killed(Exception):
    """Stands in for a kill inside this process."""


def killed_after(n_epochs):
    """Return what to call after each epoch: it ends the training after some."""

    def stop(history):
        if len(history["val_loss"]) == n_epochs:
            raise Killed

    return stop
