"""The whole consent record, preferences, brakes, campaigns and the heads that were witnessed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add columns in place: a batch that rebuilds a table would drop SQLite's triggers."""
    _consent()
    _sending()
    _proof()
    op.add_column("message", sa.Column("segments", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    """Consent that cannot be proved any more would be lost."""
    raise NotImplementedError("consent records are not dropped; restore a backup instead")


def _consent() -> None:
    for column in (
        _text("channel", null=True), _time("occurred_at", null=True), _time("expires_at", null=True),
        _text("jurisdiction", null=True), _text("disclosure", null=True), _json("source"), _json("detector"),
    ):  # fmt: skip
        op.add_column("consent", column)
    op.create_table(
        "disclosure",
        _text("business"), _text("sha256"), _text("version"), _text("language"), _text("text"), _time("at"),
        sa.PrimaryKeyConstraint("business", "sha256", name="pk_disclosure"),
    )  # fmt: skip
    op.create_table(
        "suppression",
        _text("business"), _text("address_hash"), _text("group"), _text("purpose"), _text("entry"), _time("at"),
        sa.PrimaryKeyConstraint("business", "address_hash", "group", "purpose", name="pk_suppression"),
    )  # fmt: skip
    op.create_table(
        "preference",
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True, nullable=False),
        _text("business"), _text("contact"), _text("kind"), _json("value"), _text("actor"), _text("evidence"),
        _time("at"),
        sa.PrimaryKeyConstraint("n", name="pk_preference"),
    )  # fmt: skip
    op.create_index("ix_preference_contact", "preference", ["contact", "kind"])


def _sending() -> None:
    op.create_table(
        "brake",
        _text("id"), _text("business"), _text("kind"), _text("reason"), _text("actor"), _time("at"),
        _time("lifted_at", null=True), _text("lifted_by", null=True),
        sa.PrimaryKeyConstraint("id", name="pk_brake"),
    )  # fmt: skip
    op.create_index("ix_brake_business", "brake", ["business", "lifted_at"])
    op.create_table(
        "campaign",
        _text("id"), _text("business"), _text("name"), _text("text"), _text("action"), _text("state"),
        _json("audience"), _text("cursor", null=True), sa.Column("submitted", sa.Integer, nullable=False),
        sa.Column("refused", sa.Integer, nullable=False), _time("created_at"), _time("ended_at", null=True),
        sa.PrimaryKeyConstraint("id", name="pk_campaign"),
    )  # fmt: skip


def _proof() -> None:
    op.create_table(
        "witnessing",
        _text("business"), sa.Column("size", sa.BigInteger, nullable=False), _text("witness"), _text("root"),
        _time("at"),
        sa.PrimaryKeyConstraint("business", "size", "witness", name="pk_witnessing"),
    )  # fmt: skip


def _text(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=null)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=True)
