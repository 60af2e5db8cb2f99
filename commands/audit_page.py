"""The audit as one page that needs nothing else: who may be contacted, what went wrong, who is still waiting."""

from __future__ import annotations

from collections import Counter

from jinja2 import Environment

from commands.audit import NOT_LISTED, Report

MOST = 5_000  # rows of a table; more would choke a browser
KINDS = {
    ("sms", "service"): "texts about their appointments", ("sms", "marketing"): "texts with offers",
    ("call", "service"): "calls about their appointments", ("call", "marketing"): "calls with offers",
}  # fmt: skip
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Audit of {{ r.business }}</title>
<style>
:root { color-scheme: light dark; --line: #8884; --bad: #b3261e; --good: #1b6e3c }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --good: #7bd89a } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1.5rem }
h1 { margin: 0 } h2 { margin: 2.2rem 0 .4rem } p { max-width: 46rem }
.wide { overflow-x: auto } table { border-collapse: collapse; min-width: 100% }
th, td { text-align: left; vertical-align: top; padding: .45rem .8rem .45rem 0; border-bottom: 1px solid var(--line) }
th.long { min-width: 10rem }
td:first-child, td.when { white-space: nowrap } .no { color: var(--bad) } .yes { color: var(--good) }
</style></head><body>
<h1>Audit of {{ r.business }}</h1>
<p>{{ r.read.contacts }} people on the list{% if others %}, {{ others }} more in its history{% endif %},
{{ r.read.messages }} texts and {{ r.read.calls }} calls of the past,
judged by the rules that QotBot would apply to each text before it leaves. Nothing was imported. This is no legal
advice.</p>
<h2>Who may be contacted</h2>
<ul>{% for (channel, purpose), title in kinds.items() %}
<li><b>{{ title }}</b>: {{ r.people|map("allowed_for", channel, purpose)|select|list|length }} of
{{ r.people|length }} numbers</li>{% endfor %}</ul>
<p>A call is one that a machine begins; your own people's calls are not judged here.</p>
<div class="wide" role="region" tabindex="0" aria-label="A wide table">
<table><thead><tr><th>Number<th>Name<th>Proof{% for title in kinds.values() %}
<th class="long">{{ title|capitalize }}{% endfor %}</tr></thead><tbody>
{% for p in r.people[:most] %}<tr><td>{{ p.number }}<td dir="auto">{{ p.name }}<td>{{ p.proof }}
{% for one in p.permissions %}<td class="{{ "yes" if one.allowed else "no" }}">
{{ one.why if one.allowed else "no: " ~ one.why }}
{% endfor %}</tr>{% endfor %}
</tbody></table></div>
{% if r.people|length > most %}<p>The first {{ most }} of {{ r.people|length }}; --json has all of them.</p>{% endif %}
<h2>Texts that should not have been sent: {{ texts }}</h2>
<ul>{% for rule, count in rules.items() %}<li>{{ rule }}: {{ count }}</li>{% endfor %}</ul>
<div class="wide" role="region" tabindex="0" aria-label="A wide table">
<table><thead><tr><th>Row<th>Number<th>When (UTC)<th>Rule<th class="long">Why</tr></thead><tbody>
{% for b in r.breaches[:most] %}
<tr><td>{{ b.line }}<td>{{ b.number }}<td class="when">{{ b.at|moment }}<td>{{ b.rule }}<td>{{ b.why }}</tr>{% endfor %}
</tbody></table></div>
<h2>Missed calls without an answer: {{ r.unanswered|length }}</h2>
<div class="wide" role="region" tabindex="0" aria-label="A wide table">
<table><thead><tr><th>Row<th>Number<th>When (UTC)</tr></thead><tbody>
{% for u in r.unanswered[:most] %}
<tr><td>{{ u.line }}<td>{{ u.number }}<td class="when">{{ u.at|moment }}</tr>{% endfor %}
</tbody></table></div>
{% if r.unread %}<h2>Rows that could not be read: {{ r.unread|length }}</h2>
<div class="wide" role="region" tabindex="0" aria-label="A wide table">
<table><thead><tr><th>File<th>Row<th class="long">Why</tr></thead><tbody>
{% for u in r.unread[:most] %}<tr><td>{{ u.file }}<td>{{ u.line }}<td>{{ u.why }}</tr>{% endfor %}
</tbody></table></div>{% endif %}
</body></html>
"""


def page(report: Report) -> str:
    """The report as HTML; every word of the files is escaped."""
    environment = Environment(autoescape=True)
    environment.filters["allowed_for"] = lambda person, channel, purpose: person.allowed(channel, purpose)
    environment.filters["moment"] = lambda at: at.removesuffix("Z").replace("T", " ")
    return environment.from_string(PAGE).render(
        r=report, kinds=KINDS, most=MOST, rules=rules(report), texts=texts(report), others=others(report)
    )


def texts(report: Report) -> int:
    """How many texts of the past should not have been sent; some for more than one reason."""
    return len({b.line for b in report.breaches})


def others(report: Report) -> int:
    """How many numbers of the history are not on the list."""
    return sum(p.proof == NOT_LISTED for p in report.people)


def rules(report: Report) -> dict[str, int]:
    """How many texts each rule was against, the most frequent first."""
    return dict(Counter(f"{b.rule}: {b.why}" if b.rule == "consent" else b.rule for b in report.breaches).most_common())


def summary(report: Report) -> str:
    """The report in a few lines."""
    people = len(report.people)
    lines = [
        f"{people} numbers ({others(report)} not on the list), "
        f"{report.read['messages']} texts and {report.read['calls']} calls of {report.business}",
        *(f"{title}: {sum(x.allowed(*kind) for x in report.people)} of {people}" for kind, title in KINDS.items()),
        f"opted in without proof: {sum('no proof' in p.proof for p in report.people)}",
        f"texts that should not have been sent: {texts(report)}",
        *(f"  {count} by {rule}" for rule, count in rules(report).items()),
        *(f"  row {b.line} {b.number} {b.at} {b.rule}: {b.why}" for b in report.breaches[:20]),
        f"missed calls without an answer: {len(report.unanswered)}",
        *(f"  row {u.line} {u.number} {u.at}" for u in report.unanswered[:20]),
    ]
    if report.unread:
        lines += [f"rows that could not be read: {len(report.unread)}"]
        lines += [f"  {u.file}:{u.line}: {u.why}" for u in report.unread[:20]]
    return "\n".join(lines)
