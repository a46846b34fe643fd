"""``python -m helpers``: the command line, where the packages are installed."""

import sys

try:
    from helpers.series import cli
except ModuleNotFoundError as error:
    sys.exit(f"error: {error.name} is not installed -> python start.py run")

if __name__ == "__main__":
    sys.exit(cli.main())
