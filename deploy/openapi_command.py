"""`airport openapi export`: the API's description as a file, made from the code without a running gateway."""

from __future__ import annotations

from pathlib import Path

import click
import orjson

from gateway.api.openapi import document
from gateway.app import DOORS
from gateway.settings import Settings
from kernel.config import load
from services.airport import Airport


@click.group()
def openapi() -> None:
    """The API's OpenAPI document."""


@openapi.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def export(file: Path | None) -> None:
    """Write the OpenAPI 3.1 document to FILE, or print it."""
    text = orjson.dumps(
        document(DOORS, load(Airport), load(Settings).public_url),
        option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
    ).decode()
    if file is None:
        click.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")
        click.echo(f"written to {file}")
