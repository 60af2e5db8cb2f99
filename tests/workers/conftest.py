"""Databases for these tests."""

from __future__ import annotations

from databases import (  # noqa: F401
    database,
    own_database,
    postgresql,
    postgresql_copy,
    postgresql_emptied,
    postgresql_shared,
    postgresql_template,
    sqlite,
    sqlite_copy,
    sqlite_template,
)
