"""The lines that tell what became of an action, in the conversation it belongs to."""

from __future__ import annotations

from typing import Any

from domain.settings import Pack
from graphs.flow import Line
from tools.wording import long_time

_NEWS = {"reject": "news.declined", "expire": "news.expired", "answer": "news.answer"}
_ON_ITS_WAY = {"cleared": "on_its_way", "executing": "on_its_way"}


def result_line(pack: Pack, result: dict[str, Any]) -> Line:
    """The line for what became of an action; its facts come from the arguments and the receipt."""
    receipt, state = result["receipt"], _ON_ITS_WAY.get(result["state"], result["state"])
    facts = {**result["facts"], **{k: str(v) for k, v in receipt.items()}, "ref": result.get("ref") or ""}
    facts["details"] = ", ".join([result["tool"].replace("_", " "), *result["facts"].values()])
    if result.get("expires_at"):
        facts["by"] = long_time(pack.business, result["expires_at"])
    if "service" in facts:
        facts["treatment"] = facts["service"].lower()
    key = f"{result['tool']}.{state}"
    if state == "failed" and receipt.get("why"):
        key = f"{key}.{receipt['why']}"
    if state == "refused":
        rules = [f["rule"] for f in result["findings"] if f["verdict"] == "deny"]
        key = f"{key}.{rules[0]}" if rules else key
    reason = "connecting" if receipt.get("connects") else result.get("args", {}).get("reason")
    if state == "done" and f"{key}.{reason}" in pack.wording:
        key = f"{key}.{reason}"
    options = ("Yes", "No") if state == "asked" else ()
    return Line(key, facts, options, result["action"] if state == "done" else None)


def news_lines(pack: Pack, news: dict[str, Any]) -> list[Line]:
    """What staff or time did with an action: their answer, and then how the action stands."""
    staff = news.get("staff") or {}
    if news["state"] == "refused" and staff.get("kind") in _NEWS:
        facts = {**news["facts"], "text": staff.get("text") or "", "ref": news["ref"]}
        with_reason = staff["kind"] == "reject" and bool(staff.get("text"))
        return [Line(_NEWS[staff["kind"]] + ("_because" if with_reason else ""), facts)]
    if news["state"] == "asked":
        return [Line("news.edited", {"ref": news["ref"]}), result_line(pack, news)]
    before = [Line("news.approved", {"ref": news["ref"]})] if news["state"] == "done" and staff else []
    return [*before, result_line(pack, news)]
