"""The command line: one module per command.

The one decision worth knowing: the program imports only the module of the command that runs (`program.LazyGroup`),
so `graph-api --help` and completion take milliseconds, without imports hidden in functions.
"""
