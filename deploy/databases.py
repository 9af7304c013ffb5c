"""PostgreSQL databases that services expect: made when they are missing."""

from __future__ import annotations

import psycopg2
import psycopg2.errors
from psycopg2 import sql
from sqlalchemy.engine import make_url


class NoDatabase(SystemExit):
    """The database isn't there and can't be made; the message says what to do."""


def ensure_database(url: str) -> bool:
    """Make the database of a postgresql:// URL unless it is there; True if it was made. Others: nothing to do.

    Raises NoDatabase when the server can't be reached or the account may not make databases.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "postgresql":
        return False
    shown, name = parsed.render_as_string(hide_password=True), str(parsed.database)
    try:
        if _connects(parsed.render_as_string(hide_password=False)):
            return False
        return _create(parsed.set(database="postgres").render_as_string(hide_password=False), name)
    except psycopg2.errors.InsufficientPrivilege as error:
        raise NoDatabase(
            f'{shown}: the account may not make databases; have its owner run: CREATE DATABASE "{name}"'
        ) from error
    except psycopg2.OperationalError as error:
        raise NoDatabase(f"{shown} can't be reached: {error}") from error


def _connects(url: str) -> bool:
    try:
        psycopg2.connect(url, connect_timeout=10).close()
    except psycopg2.OperationalError:
        return False  # why, only a connection to another database can tell: psycopg2 gives no SQLSTATE here
    return True


def _create(maintenance_url: str, name: str) -> bool:
    connection = psycopg2.connect(maintenance_url, connect_timeout=10)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if cursor.fetchone():
                raise NoDatabase(f"database {name} is there, but this account can't connect to it")
            cursor.execute(
                sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
            )
    except (psycopg2.errors.DuplicateDatabase, psycopg2.errors.UniqueViolation):
        return False  # another copy was faster
    finally:
        connection.close()
    return True
