"""The small languages inside objects: regular expressions, CEL, field paths, formats."""
