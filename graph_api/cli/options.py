"""Options that several commands share. Each can be set by a `GRAPH_API_*` variable too; help shows both."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import Field
from pathlib import Path
from typing import Any, TypeVar

import click

from graph_api.documents.by_path.keys import FIELDS
from graph_api.documents.site import Identity, SiteOptions
from graph_api.errors import UsageError
from graph_api.ingest.site_options import base_url, key_map
from graph_api.settings import Settings, table, variable
from graph_api.store import at

Callback = TypeVar("Callback", bound=Callable[..., Any])  # Any: click calls callbacks by parameter name


def option(flag: str, help: str, **attributes: Any) -> Callable[[Callback], Callback]:  # Any: click's own
    """An option with its `GRAPH_API_*` variable."""
    return click.option(flag, help=help, envvar=variable(flag.strip("-")), show_envvar=True, **attributes)


def paths(*, required: bool) -> Callable[[Callback], Callback]:
    """The argument PATH..., folders of articles. Reading them reports those that do not exist."""
    shown = "PATH..." if required else "[PATH...]"
    return click.argument(
        "paths", metavar=shown, nargs=-1, required=required, type=click.Path(path_type=Path)
    )


def site_options() -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Options that say how folders are read; the command receives one `site`, a `SiteOptions`.

    A folder's own `graph-api.toml` or `pyproject.toml` counts where these say nothing.
    """
    chosen = (
        click.option(
            "--by-path/--by-url",
            default=None,
            help="Identify articles by the path of their file, or by the URL in their front matter. Without it the"
            " first ingest of a folder decides: by URL when any file has webUrl or originalUrl.",
            envvar=variable("by-path"),
            show_envvar=True,
        ),
        option(
            "--base-url",
            "The URL below which articles that are identified by path are published, such as https://example.com/blog/.",
            metavar="URL",
            callback=_base_url,
        ),
        option(
            "--map",
            f"Read a field from another key first; may be given several times. Fields: {', '.join(FIELDS)}.",
            metavar="FIELD=KEY",
            multiple=True,
            callback=_key_map,
        ),
        click.option(
            "--body-links/--no-body-links",
            default=None,
            help="Whether links in bodies are edges. By default they are in folders that are read by path.",
            envvar=variable("body-links"),
            show_envvar=True,
        ),
        click.option(
            "--external-links/--no-external-links",
            default=None,
            help="Whether links to other sites become stubs. By default they do not.",
            envvar=variable("external-links"),
            show_envvar=True,
        ),
    )

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def gathered(**given: Any) -> None:  # Any: values as click converted them
            by_path: bool | None = given.pop("by_path")
            site = SiteOptions(
                identity=None if by_path is None else Identity.BY_PATH if by_path else Identity.BY_URL,
                base_url=given.pop("base_url"),
                key_map=given.pop("map") or None,
                body_links=given.pop("body_links"),
                external_links=given.pop("external_links"),
            )
            command(site=site, **given)

        for one in reversed(chosen):
            one(gathered)
        return gathered

    return decorate


def _base_url(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    try:
        return None if value is None else base_url(value)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, parameter) from None


def _key_map(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for value in values:
        field, _, key = value.partition("=")
        if not field or not key:
            raise click.BadParameter(
                f"must be FIELD=KEY such as excerpt=spoiler, not {value!r}", ctx, parameter
            )
        found.setdefault(field, []).append(key)
    try:
        return dict(key_map(found))
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, parameter) from None


READ = "Database to read, a file or a URL; it stays unchanged. Excludes PATHs."
INGESTED = "Database: a file, or a URL such as sqlite:///articles.db. Without it, a cache file for this set of folders."
SERVED = f"{INGESTED} With PATHs, other folders are removed from it."

_NETWORK_LIMITS = {
    "deadline_seconds",
    "arrival_seconds",
    "idle_seconds",
    "max_connections",
    "max_headers",
    "max_body",
    "max_waiting",
}
OPERATION_LIMITS = tuple(
    one.name for one in table() if one.metadata["group"] == "limits" and one.name not in _NETWORK_LIMITS
)
"""The limits that apply without a server."""


def database(help: str) -> Callable[[Callback], Callback]:
    """The option --db FILE; *help* says what the command does to it."""
    return option("--db", help, metavar="FILE", type=_StoreUrl(dir_okay=False, readable=False, path_type=str))


class _StoreUrl(click.Path):
    """The URL of a store, in a form that `graph_api.store.at` accepts."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        if value == "":
            self.fail("a file's name cannot be empty", param, ctx)
        try:
            at(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)
        return super().convert(value, param, ctx)


def settings(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Options for the settings with these names; for all settings when none is given.

    The command receives one `settings`; settings without an option have their defaults.
    """
    chosen = [one for one in table() if not names or one.name in names]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def gathered(**given: Any) -> None:  # Any: values as click converted them
            values = {one.name: given.pop(one.name) for one in chosen}
            command(settings=Settings(**values), **given)

        for one in reversed(chosen):
            _of_setting(one)(gathered)
        return gathered

    return decorate


class SectionedOption(click.Option):
    """An option with the heading *section* in help."""

    def __init__(self, *arguments: Any, section: str, **attributes: Any) -> None:  # Any: click's own
        super().__init__(*arguments, **attributes)
        self.section = section


class Sectioned(click.Command):
    """A command whose help groups options by section, those without one first."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {"Options": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                sections.setdefault(getattr(parameter, "section", "Options"), []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def _of_setting(one: Field[object]) -> Callable[[Callback], Callback]:
    flag = "--" + one.name.replace("_", "-")
    unit, section = one.metadata["unit"], one.metadata["group"].capitalize()
    help = f"{one.metadata['help']} In {unit}." if unit else one.metadata["help"]
    sectioned: dict[str, Any] = {"cls": SectionedOption, "section": section}
    if isinstance(one.default, bool):
        return option(flag, help, is_flag=True, default=one.default, **sectioned)
    low, high = one.metadata["bounds"] or (None, None)
    if choices := one.metadata["choices"]:
        return option(
            flag, help, type=click.Choice(choices), default=one.default, show_default=True, **sectioned
        )
    numeric = isinstance(one.default, int)
    return option(
        flag,
        help,
        type=click.IntRange(low, high) if numeric else click.STRING,
        metavar="N" if numeric else "TEXT",
        default=one.default,
        show_default=one.default != "",
        **sectioned,
    )
