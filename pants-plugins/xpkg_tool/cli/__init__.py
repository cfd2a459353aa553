"""The commands of `xpkg`, a module each with `run(arguments) -> exit code` (cli.py)."""
