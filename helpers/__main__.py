"""``python -m helpers``: the command line."""

import sys

from helpers.series import cli

if __name__ == "__main__":
    sys.exit(cli.main())
