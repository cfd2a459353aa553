# Written by `python build-support/by_name.py`; do not edit.
import os

import xpkg

__path__.append(os.path.join(xpkg.__path__[-1], 'dependencies'))
