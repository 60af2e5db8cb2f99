"""`qotbot campaign check|send|status|stop`: offers to many people, seen before they are sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from commands.opening import Opened
from compose import App
from domain.action import Action
from domain.campaign import CampaignFile
from domain.clock import SystemClock, from_ms, iso
from domain.errors import BadInput
from domain.pack import read_yaml
from domain.phone import masked
from domain.segments import segments
from guards import spending
from guards.lint import campaign as lint
from records import campaigns
from records.campaigns import Campaign
from records.database import Scope
from workers.campaigns import Outlook, outlook, plan, words


@dataclass(frozen=True, slots=True)
class Preview:
    """What a campaign would do now: its words, what they cost, and what the guards say of each person."""

    name: str
    text: str
    parts: int
    cents: int
    currency: str
    people: tuple[Outlook, ...]


def read_file(file: Path, app: App) -> CampaignFile:
    """The campaign of a file; `ConfigurationError` and `BadInput` name what is wrong with it."""
    if not file.is_file():
        raise BadInput(f"{file} is no file; write one with name:, text: and audience: (docs/campaigns.md)")
    found = read_yaml(CampaignFile, file.name, file.read_text("utf-8"))
    if bad := lint(found.text, app.pack):
        raise BadInput("\n".join(f"{file.name}: {what}; {fix}" for _, what, fix in bad))
    return found


async def preview(app: App, wanted: CampaignFile) -> Preview:
    """Ask every guard about every person; nothing is written."""
    people = await app.database.read(lambda tx: outlook(tx, app.deps, wanted))
    text, currency = words(app.deps, wanted), app.pack.business.currency
    going = [one for one in people if one.verdict != "no"]
    cost = sum(spending.cost(text, one.address, currency) for one in going)
    return Preview(
        wanted.name, text, segments(text).parts, -(-cost // spending.PER_CENT), currency, tuple(people)
    )  # fmt: skip


async def lay_before_staff(app: App, wanted: CampaignFile, by: str) -> Action:
    """Plan a campaign; it waits for staff."""
    scope = Scope(app.pack.business.id)
    return await app.database.write(scope, lambda tx: plan(tx, app.deps, wanted, by=by))


def printed(found: Preview) -> str:
    """A preview for people."""
    money = f"{found.cents / 100:.2f} {found.currency}"
    lines = [found.text, "", f"{found.parts} parts a text, about {money} in all"]
    by_verdict = Counter(one.verdict for one in found.people)
    lines.append(f"{by_verdict['now']:>6} get it now")
    later = [one.not_before for one in found.people if one.verdict == "later" and one.not_before is not None]
    if later:
        lines.append(f"{len(later):>6} get it later, the first from {iso(from_ms(min(later)))}")
    lines += [f"{count:>6} do not get it: {why}" for why, count in _reasons(found.people)]
    return "\n".join(lines)


def _reasons(people: Sequence[Outlook]) -> list[tuple[str, int]]:
    return Counter(f"{one.reason} ({one.rule})" for one in people if one.verdict == "no").most_common()


def as_json(found: Preview) -> dict[str, Any]:
    """A preview for programs; numbers are masked."""
    people = [
        {**asdict(one), "address": masked(one.address),
         "not_before": iso(from_ms(one.not_before)) if one.not_before is not None else None}
        for one in found.people
    ]  # fmt: skip
    return {**asdict(found), "people": people}


def status(opened: Opened, campaign: str | None) -> list[dict[str, Any]]:
    """One campaign or all of the business, with what became of its people."""
    business = opened.pack.business.id

    def look(tx: Any) -> list[dict[str, Any]]:
        found = campaigns.of_business(tx, business)
        wanted = [one for one in found if campaign in (None, one.id)]
        return [_told(one, campaigns.fates(tx, one.id)) for one in wanted]

    rows = opened.database.read_now(look)
    if campaign is not None and not rows:
        raise BadInput(f"there is no campaign {campaign!r}; 'qotbot campaign status' lists them")
    return rows


def _told(one: Campaign, people: dict[str, int]) -> dict[str, Any]:
    return {
        "campaign": one.id, "name": one.name, "state": one.state, "text": one.text,
        "planned_at": iso(from_ms(one.created_at)), "ends_at": iso(from_ms(one.ends_at)),
        "ended_at": iso(from_ms(one.ended_at)) if one.ended_at else None, "people": people,
    }  # fmt: skip


def stop(opened: Opened, campaign: str) -> bool:
    """Stop a campaign; what is not claimed yet never leaves. False where it had ended."""
    status(opened, campaign)
    now = SystemClock().now()
    return opened.database.write_now(
        Scope(opened.pack.business.id), lambda tx: campaigns.end(tx, campaign, "stopped", now=now)
    )
