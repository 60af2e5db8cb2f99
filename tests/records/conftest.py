"""Databases for these tests."""

from __future__ import annotations

from databases import (  # noqa: F401
    database,
    postgresql,
    postgresql_copy,
    postgresql_template,
    sqlite,
    sqlite_copy,
    sqlite_template,
)
