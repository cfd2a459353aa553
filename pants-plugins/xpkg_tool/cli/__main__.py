"""`python -m xpkg_tool.cli`: the command `xpkg`."""

import sys

from xpkg_tool.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
