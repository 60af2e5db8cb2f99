"""The tables. Times are milliseconds since 1970 UTC; ids are text; `business` stands on every row."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *, key: bool = False, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=null)


def _number(name: str, default: int = 0) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=False, default=default)


def _json(name: str, *, null: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=null)


def _serial(name: str) -> sa.Column[Any]:
    big = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column(name, big, primary_key=True, autoincrement=True)


business = sa.Table("business", METADATA, _text("id", key=True), _text("name"), _time("created_at"))

contact = sa.Table(
    "contact", METADATA,
    _text("id", key=True), _text("business"), _text("name", null=True), _text("language", null=True),
    _text("zone", null=True), _json("tags"), _text("merged_into", null=True), _time("created_at"),
)  # fmt: skip

address = sa.Table(
    "address", METADATA,
    _text("business", key=True), _text("kind", key=True), _text("value", key=True), _text("contact"),
    _time("verified_at", null=True), _time("created_at"), _time("untextable_at", null=True),
    _text("untextable_why", null=True),
    sa.Index("ix_address_contact", "contact"),
)  # fmt: skip

merge = sa.Table(
    "merge", METADATA,
    _text("id", key=True), _text("business"), _text("source"), _text("target"), _json("moved"), _time("at"),
    _time("undone_at", null=True),
)  # fmt: skip

conversation = sa.Table(
    "conversation", METADATA,
    _text("contact", key=True), _text("business"), _json("state"), _number("version"), _text("taken_by", null=True),
    _time("updated_at"),
)  # fmt: skip

turn = sa.Table(
    "turn", METADATA,
    _text("id", key=True), _text("business"), _text("contact"), _text("channel"), _text("address_kind"),
    _text("address"), _text("session", null=True), _text("status"), _json("reading"), _text("read_by", null=True),
    _json("results"), _json("steps"), _number("tries"), _time("opened_at"), _time("answered_at", null=True),
    sa.Index("ix_turn_contact_status", "contact", "status"),
)  # fmt: skip

message = sa.Table(
    "message", METADATA,
    _serial("n"), _text("id"), _text("business"), _text("contact"), _text("direction"), _text("channel"),
    _text("address_kind"), _text("address"), _text("session", null=True), _text("kind"), _text("text"),
    _json("options"), _text("author"), _text("provider", null=True), _text("provider_id", null=True),
    _text("event", null=True), _text("turn", null=True), _text("action", null=True), _text("state"), _time("at"),
    _number("segments"), _text("error", null=True),
    sa.UniqueConstraint("id"),
    sa.UniqueConstraint("business", "provider", "provider_id", "event"),
    sa.Index("ix_message_contact_n", "contact", "n"),
    sa.Index("ix_message_turn", "turn"),
    sa.Index("ix_message_action", "action"),
    sa.Index("ix_message_contact_at", "contact", "direction", "at"),
    sa.Index("ix_message_sent", "business", "direction", "at", "channel", "state", "segments", "address"),
)  # fmt: skip

action = sa.Table(
    "action", METADATA,
    _text("id", key=True), _text("business"), _text("contact", null=True), _text("tool"), _json("args", null=False),
    _text("args_hash"), _number("version", 1), _number("tier"), _text("purpose"), _number("assurance"), _text("state"),
    _text("cause"), _text("proposed_by"), _text("turn", null=True), _text("channel", null=True),
    _text("address", null=True), _text("snapshot"), _text("ref"), _json("findings"), _json("asked"),
    _text("confirmed_hash", null=True), _json("staff"), _time("expires_at", null=True), _time("cleared_at", null=True),
    _time("lease_until", null=True), _number("fence"), _json("payload"), _json("receipt"), _time("created_at"),
    _time("updated_at"),
    sa.Index("ix_action_business_state", "business", "state"),
    sa.Index("ix_action_contact", "contact"),
    sa.Index("ix_action_ref", "business", "ref"),
    sa.Index("ix_action_turn", "turn"),
)  # fmt: skip

decision = sa.Table(
    "decision", METADATA,
    _serial("n"), _text("business"), _text("action"), _number("version", 1), _text("args_hash"), _text("outcome"),
    _json("findings"), _text("snapshot"), _time("at"),
    sa.ForeignKeyConstraint(["action"], ["action.id"]),
    sa.Index("ix_decision_action", "action"),
)  # fmt: skip

booking = sa.Table(
    "booking", METADATA,
    _text("id", key=True), _text("business"), _text("contact"), _text("service"), _text("staff"), _text("status"),
    _number("version", 1), _text("snapshot"), _text("name", null=True), _number("price_cents"),
    _number("deposit_cents"), _number("refunded_cents"), _time("start_at"), _time("end_at"), _text("action"),
    _time("created_at"),
    sa.UniqueConstraint("action"),
    sa.Index("ix_booking_contact", "contact"),
    sa.CheckConstraint("start_at < end_at", name="ordered"),
)  # fmt: skip

allocation = sa.Table(
    "allocation", METADATA,
    _serial("n"), _text("business"), _text("resource"), _time("start_at"), _time("end_at"),
    sa.Column("active", sa.Boolean, nullable=False), _text("kind"), _text("holder"), _time("expires_at", null=True),
    sa.Index("ix_allocation_resource", "business", "resource", "start_at"),
    sa.Index("ix_allocation_holder", "holder"),
    sa.CheckConstraint("start_at < end_at", name="ordered"),
)  # fmt: skip

obligation = sa.Table(
    "obligation", METADATA,
    _text("id", key=True), _text("business"), _text("contact", null=True), _text("kind"), _text("cause"),
    _text("detail"), _text("owner", null=True), _time("due_at"), _number("step"), _text("outcome", null=True),
    _time("opened_at"), _time("closed_at", null=True),
    sa.Index("ix_obligation_open", "business", "closed_at", "due_at"),
    sa.Index("ix_obligation_cause", "cause", "business", "closed_at"),
)  # fmt: skip

timer = sa.Table(
    "timer", METADATA,
    _text("id", key=True), _text("business"), _text("kind"), _text("ref"), _json("payload"), _time("due_at"),
    _time("fired_at", null=True),
    sa.Index("ix_timer_due", "fired_at", "due_at"),
)  # fmt: skip

job = sa.Table(
    "job", METADATA,
    _serial("n"), _text("business"), _text("lane"), _text("kind"), _text("ref"), _text("state"), _time("ready_at"),
    _number("tries"), _time("lease_until", null=True), _number("fence"), _text("error", null=True),
    _time("created_at"),
    sa.Index("ix_job_state_ready", "state", "ready_at"),
    sa.Index("ix_job_lane", "lane", "state"),
)  # fmt: skip

consent = sa.Table(
    "consent", METADATA,
    _serial("n"), _text("id"), _text("business"), _text("contact", null=True), _text("address"), _text("group"),
    _text("purpose"), _text("act"), _text("method"), _text("evidence"), _text("actor"), _time("at"),
    _text("channel", null=True), _time("occurred_at", null=True), _time("expires_at", null=True),
    _text("jurisdiction", null=True), _text("disclosure", null=True), _json("source"), _json("detector"),
    sa.UniqueConstraint("id"),
    sa.Index("ix_consent_address", "business", "address", "group"),
)  # fmt: skip

disclosure = sa.Table(  # the exact wording people were shown when they consented
    "disclosure", METADATA,
    _text("business", key=True), _text("sha256", key=True), _text("version"), _text("language"), _text("text"),
    _time("at"),
)  # fmt: skip

suppression = sa.Table(  # revocations that outlive the address they were given from: only its keyed hash is kept
    "suppression", METADATA,
    _text("business", key=True), _text("address_hash", key=True), _text("group", key=True),
    _text("purpose", key=True), _text("entry"), _time("at"),
)  # fmt: skip

preference = sa.Table(
    "preference", METADATA,
    _serial("n"), _text("business"), _text("contact"), _text("kind"), _json("value"), _text("actor"),
    _text("evidence"), _time("at"),
    sa.Index("ix_preference_contact", "contact", "kind"),
)  # fmt: skip

brake = sa.Table(  # why no proactive message leaves: a pause, a tripped breaker, a spent budget
    "brake", METADATA,
    _text("id", key=True), _text("business"), _text("kind"), _text("reason"), _text("actor"), _time("at"),
    _time("lifted_at", null=True), _text("lifted_by", null=True),
    sa.Index("ix_brake_business", "business", "lifted_at"),
)  # fmt: skip

delivery_report = sa.Table(  # what carriers said of what we sent, each word once
    "delivery_report", METADATA,
    _serial("n"), _text("business"), _text("provider"), _text("provider_id"), _text("status"), _text("code"),
    _number("rank"), _text("state"), _text("remedy"), _text("meaning"), _text("action"), _time("at"),
    sa.UniqueConstraint("business", "provider", "provider_id", "status", "code"),
    sa.Index("ix_delivery_report_action", "action"),
)  # fmt: skip

campaign = sa.Table(
    "campaign", METADATA,
    _text("id", key=True), _text("business"), _text("name"), _text("text"), _text("action"), _text("state"),
    _json("audience"), _text("cursor", null=True), _number("submitted"), _number("refused"), _time("created_at"),
    _time("ended_at", null=True), _time("ends_at"),
)  # fmt: skip

campaign_person = sa.Table(  # whom a campaign is meant for, and what became of them
    "campaign_person", METADATA,
    _text("campaign", key=True), _text("contact", key=True), _text("business"), _text("state"), _time("due_at"),
    _number("tries"), _text("action", null=True), _text("why", null=True),
    sa.Index("ix_campaign_person_next", "campaign", "state", "due_at", "contact"),
)  # fmt: skip

witnessing = sa.Table(  # heads that left this machine
    "witnessing", METADATA,
    _text("business", key=True), sa.Column("size", sa.BigInteger, primary_key=True), _text("witness", key=True),
    _text("root"), _time("at"),
)  # fmt: skip

challenge = sa.Table(
    "challenge", METADATA,
    _text("id", key=True), _text("business"), _text("contact"), _text("session"), _text("address"),
    _text("code_hash"), _number("tries"), _time("expires_at"), _time("passed_at", null=True), _time("created_at"),
    sa.Index("ix_challenge_session", "session"),
    sa.Index("ix_challenge_address", "address", "created_at"),
)  # fmt: skip

ended_session = sa.Table(  # browser sessions that were ended before their time
    "ended_session", METADATA,
    _text("business", key=True), _text("session", key=True), _time("at"),
)  # fmt: skip

event = sa.Table(
    "event", METADATA,
    _serial("n"), _text("id"), _text("business"), _text("kind"), _time("at"), _text("body"), _text("leaf"),
    sa.UniqueConstraint("id"),
    sa.Index("ix_event_business", "business", "n"),
)  # fmt: skip

event_subject = sa.Table(
    "event_subject", METADATA,
    _text("subject", key=True), _text("event", key=True), _text("business"),
)  # fmt: skip

event_text = sa.Table(
    "event_text", METADATA,
    _text("event", key=True), _text("field", key=True), _text("salt"), _text("text"),
)  # fmt: skip

leaf = sa.Table(
    "leaf", METADATA,
    _text("business", key=True), sa.Column("seq", sa.BigInteger, primary_key=True), _text("event"), _text("hash"),
    sa.UniqueConstraint("event"),
)  # fmt: skip

head = sa.Table(
    "head", METADATA,
    _text("business", key=True), sa.Column("size", sa.BigInteger, primary_key=True), _text("root"), _text("frontier"),
    _text("signature"), _text("key"), _time("at"),
)  # fmt: skip

APPEND_ONLY = ("event", "leaf", "head")
