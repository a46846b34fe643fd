"""The sample's web server on this machine, which misbehaves on purpose."""
