"""The street of notebooks: what they need, how they run, the command line."""
