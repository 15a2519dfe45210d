"""The command line: one module a command, and nothing here that another room needs.

The decision worth knowing: each module imports what it uses at its top, and the program imports the
module of the command that runs (`group.LazyGroup`). So `graph-api --help` and completion are immediate
without imports hidden in functions.
"""
