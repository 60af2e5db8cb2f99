"""The tables as the first release has them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table and index."""
    _people()
    _trust()
    _talk()
    _acts()
    _calendar()
    _work()
    _proof()


def downgrade() -> None:
    """There is nothing before it."""
    raise NotImplementedError("the first release's tables are not dropped; restore a backup instead")


def _people() -> None:
    op.create_table(
        "business",
        _text("id"), _text("name"), _time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_business"),
    )  # fmt: skip
    op.create_table(
        "contact",
        _text("id"), _text("business"), _text("name", null=True), _text("language", null=True),
        _text("zone", null=True), _json("tags", null=True), _text("merged_into", null=True),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
    )  # fmt: skip
    op.create_table(
        "address",
        _text("business"), _text("kind"), _text("value"), _text("contact"), _time("verified_at", null=True),
        _time("created_at"),
        sa.PrimaryKeyConstraint("business", "kind", "value", name="pk_address"),
    )  # fmt: skip
    op.create_index("ix_address_contact", "address", ["contact"])
    op.create_table(
        "merge",
        _text("id"), _text("business"), _text("source"), _text("target"), _json("moved", null=True),
        _time("at"), _time("undone_at", null=True),
        sa.PrimaryKeyConstraint("id", name="pk_merge"),
    )  # fmt: skip


def _trust() -> None:
    op.create_table(
        "consent",
        _serial("n"), _text("id"), _text("business"), _text("contact", null=True), _text("address"),
        _text("group"), _text("purpose"), _text("act"), _text("method"), _text("evidence"), _text("actor"),
        _time("at"),
        sa.PrimaryKeyConstraint("n", name="pk_consent"),
        sa.UniqueConstraint("id", name="uq_consent_id"),
    )  # fmt: skip
    op.create_index("ix_consent_address", "consent", ["business", "address", "group"])
    op.create_table(
        "challenge",
        _text("id"), _text("business"), _text("contact"), _text("session"), _text("address"),
        _text("code_hash"), _number("tries"), _time("expires_at"), _time("passed_at", null=True),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_challenge"),
    )  # fmt: skip
    op.create_index("ix_challenge_address", "challenge", ["address", "created_at"])
    op.create_index("ix_challenge_session", "challenge", ["session"])


def _talk() -> None:
    op.create_table(
        "conversation",
        _text("contact"), _text("business"), _json("state", null=True), _number("version"),
        _text("taken_by", null=True), _time("updated_at"),
        sa.PrimaryKeyConstraint("contact", name="pk_conversation"),
    )  # fmt: skip
    op.create_table(
        "turn",
        _text("id"), _text("business"), _text("contact"), _text("channel"), _text("address_kind"),
        _text("address"), _text("session", null=True), _text("status"), _json("reading", null=True),
        _text("read_by", null=True), _json("results", null=True), _json("steps", null=True), _number("tries"),
        _time("opened_at"), _time("answered_at", null=True),
        sa.PrimaryKeyConstraint("id", name="pk_turn"),
    )  # fmt: skip
    op.create_index("ix_turn_contact_status", "turn", ["contact", "status"])
    op.create_table(
        "message",
        _serial("n"), _text("id"), _text("business"), _text("contact"), _text("direction"), _text("channel"),
        _text("address_kind"), _text("address"), _text("session", null=True), _text("kind"), _text("text"),
        _json("options", null=True), _text("author"), _text("provider", null=True),
        _text("provider_id", null=True), _text("event", null=True), _text("turn", null=True),
        _text("action", null=True), _text("state"), _time("at"),
        sa.PrimaryKeyConstraint("n", name="pk_message"),
        sa.UniqueConstraint("id", name="uq_message_id"),
        sa.UniqueConstraint(
            "business", "provider", "provider_id", "event",
            name="uq_message_business_provider_provider_id_event",
        ),
    )  # fmt: skip
    op.create_index("ix_message_action", "message", ["action"])
    op.create_index("ix_message_contact_n", "message", ["contact", "n"])
    op.create_index("ix_message_turn", "message", ["turn"])


def _acts() -> None:
    op.create_table(
        "action",
        _text("id"), _text("business"), _text("contact", null=True), _text("tool"), _json("args"),
        _text("args_hash"), _number("version"), _number("tier"), _text("purpose"), _number("assurance"),
        _text("state"), _text("cause"), _text("proposed_by"), _text("turn", null=True),
        _text("channel", null=True), _text("address", null=True), _text("snapshot"), _text("ref"),
        _json("findings", null=True), _json("asked", null=True), _text("confirmed_hash", null=True),
        _json("staff", null=True), _time("expires_at", null=True), _time("cleared_at", null=True),
        _time("lease_until", null=True), _number("fence"), _json("payload", null=True),
        _json("receipt", null=True), _time("created_at"), _time("updated_at"),
        sa.PrimaryKeyConstraint("id", name="pk_action"),
    )  # fmt: skip
    op.create_index("ix_action_business_state", "action", ["business", "state"])
    op.create_index("ix_action_contact", "action", ["contact"])
    op.create_index("ix_action_ref", "action", ["business", "ref"])
    op.create_index("ix_action_turn", "action", ["turn"])
    op.create_table(
        "decision",
        _serial("n"), _text("business"), _text("action"), _number("version"), _text("args_hash"),
        _text("outcome"), _json("findings", null=True), _text("snapshot"), _time("at"),
        sa.PrimaryKeyConstraint("n", name="pk_decision"),
        sa.ForeignKeyConstraint(["action"], ["action.id"], name="fk_decision_action"),
    )  # fmt: skip
    op.create_index("ix_decision_action", "decision", ["action"])


def _calendar() -> None:
    op.create_table(
        "booking",
        _text("id"), _text("business"), _text("contact"), _text("service"), _text("staff"), _text("status"),
        _number("version"), _text("snapshot"), _text("name", null=True), _number("price_cents"),
        _number("deposit_cents"), _number("refunded_cents"), _time("start_at"), _time("end_at"),
        _text("action"), _time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_booking"),
        sa.UniqueConstraint("action", name="uq_booking_action"),
        sa.CheckConstraint("start_at < end_at", name=op.f("ck_booking_ck_booking_ordered")),
    )  # fmt: skip
    op.create_index("ix_booking_contact", "booking", ["contact"])
    op.create_table(
        "allocation",
        _serial("n"), _text("business"), _text("resource"), _time("start_at"), _time("end_at"),
        sa.Column("active", sa.Boolean, nullable=False), _text("kind"), _text("holder"),
        _time("expires_at", null=True),
        sa.PrimaryKeyConstraint("n", name="pk_allocation"),
        sa.CheckConstraint("start_at < end_at", name=op.f("ck_allocation_ck_allocation_ordered")),
    )  # fmt: skip
    op.create_index("ix_allocation_holder", "allocation", ["holder"])
    op.create_index("ix_allocation_resource", "allocation", ["business", "resource", "start_at"])


def _work() -> None:
    op.create_table(
        "obligation",
        _text("id"), _text("business"), _text("contact", null=True), _text("kind"), _text("cause"),
        _text("detail"), _text("owner", null=True), _time("due_at"), _number("step"),
        _text("outcome", null=True), _time("opened_at"), _time("closed_at", null=True),
        sa.PrimaryKeyConstraint("id", name="pk_obligation"),
    )  # fmt: skip
    op.create_index("ix_obligation_cause", "obligation", ["cause"])
    op.create_index("ix_obligation_open", "obligation", ["business", "closed_at", "due_at"])
    op.create_table(
        "timer",
        _text("id"), _text("business"), _text("kind"), _text("ref"), _json("payload", null=True),
        _time("due_at"), _time("fired_at", null=True),
        sa.PrimaryKeyConstraint("id", name="pk_timer"),
    )  # fmt: skip
    op.create_index("ix_timer_due", "timer", ["fired_at", "due_at"])
    op.create_table(
        "job",
        _serial("n"), _text("business"), _text("lane"), _text("kind"), _text("ref"), _text("state"),
        _time("ready_at"), _number("tries"), _time("lease_until", null=True), _number("fence"),
        _text("error", null=True), _time("created_at"),
        sa.PrimaryKeyConstraint("n", name="pk_job"),
    )  # fmt: skip
    op.create_index("ix_job_lane", "job", ["lane", "state"])
    op.create_index("ix_job_state_ready", "job", ["state", "ready_at"])


def _proof() -> None:
    op.create_table(
        "event",
        _serial("n"), _text("id"), _text("business"), _text("kind"), _time("at"), _text("body"),
        _text("leaf"),
        sa.PrimaryKeyConstraint("n", name="pk_event"),
        sa.UniqueConstraint("id", name="uq_event_id"),
    )  # fmt: skip
    op.create_index("ix_event_business", "event", ["business", "n"])
    op.create_table(
        "event_subject",
        _text("subject"), _text("event"), _text("business"),
        sa.PrimaryKeyConstraint("subject", "event", name="pk_event_subject"),
    )  # fmt: skip
    op.create_table(
        "event_text",
        _text("event"), _text("field"), _text("salt"), _text("text"),
        sa.PrimaryKeyConstraint("event", "field", name="pk_event_text"),
    )  # fmt: skip
    op.create_table(
        "leaf",
        _text("business"), _big("seq"), _text("event"), _text("hash"),
        sa.PrimaryKeyConstraint("business", "seq", name="pk_leaf"),
        sa.UniqueConstraint("event", name="uq_leaf_event"),
    )  # fmt: skip
    op.create_table(
        "head",
        _text("business"), _big("size"), _text("root"), _text("frontier"), _text("signature"), _text("key"),
        _time("at"),
        sa.PrimaryKeyConstraint("business", "size", name="pk_head"),
    )  # fmt: skip


def _text(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=null)


def _big(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=False)


def _json(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON, nullable=null)


def _serial(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True, nullable=False)
