"""Empty PostgreSQL databases, one for whoever asks."""

from __future__ import annotations

from collections.abc import Callable

import psycopg2

from kernel import ids


class Postgres:
    """A server on which databases can be made. `url(name)` is the address of one."""

    def __init__(self, url: Callable[[str], str]) -> None:
        self.url = url

    def new_database(self, prefix: str = "test", like: str | None = None) -> str:
        """Make a database and return its URL. like: the URL of one that it is a copy of, to which nobody is connected;
        without one it is empty."""
        name = f"{prefix}_{ids.new_id()}"
        connection = psycopg2.connect(self.url("postgres"))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                template = "" if like is None else f' TEMPLATE "{like.rpartition("/")[2].partition("?")[0]}"'
                cursor.execute(f'CREATE DATABASE "{name}"{template}')
        finally:
            connection.close()
        return self.url(name)
