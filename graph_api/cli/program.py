"""The program: its commands in the order in which they are met, and its exit codes."""

from __future__ import annotations

import click

from graph_api.cli.group import LazyGroup

COMMANDS = {
    "serve": "Serve folders of articles, or a database, as a GraphQL API.",
    "check": "Check articles as a linter does: path:line:column, code, message, hint.",
    "ingest": "Read folders of articles into a database.",
    "query": "Answer one GraphQL operation without a server.",
    "explain": "Show what an operation costs, its plan, its reads and their SQL.",
    "export": "Write the graph, or a part of it, for another program.",
    "schema": "Print, publish or compare the schema.",
    "generate": "Write a folder of made-up articles to try things on.",
    "doctor": "Say what is wrong with database, folders, pages, settings and machine.",
    "key": "Make an API key, and the entry by which a server knows it.",
    "completion": "Print the script that completes graph-api in a shell.",
}

EXIT_CODES = """
\b
Exit codes:
  0    done
  1    problems in the content (check; ingest --strict), in the query,
       a schema that differs from the published one (schema --check),
       or something that has to be mended (doctor)
  2    usage: an option or argument that cannot work
  3    could not do it: a folder, database or port that cannot be used
  130  interrupted with Ctrl-C
"""

EPILOG = f"""
\b
Examples:
  graph-api serve articles/
  graph-api check articles/
  graph-api query '{{ articles(first: 3) {{ nodes {{ title }} }} }}' articles/

Every option is also a variable: --port is GRAPH_API_PORT.
{EXIT_CODES}
"""


@click.group(
    cls=LazyGroup,
    package="graph_api.cli",
    lazy=COMMANDS,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="graph-api", prog_name="graph-api")
def program() -> None:
    """A GraphQL API over a graph of related articles, made from a folder of Markdown files."""
