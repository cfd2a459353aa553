"""The command `xpkg`: `main` parses the arguments; each subcommand is a module with
`run(arguments) -> exit code`."""
