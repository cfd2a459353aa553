# Written by `python build-support/by_name.py`; do not edit.
