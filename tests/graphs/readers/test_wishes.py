"""Clear wishes about being contacted, and what only looks like one."""

from __future__ import annotations

import pytest
from salon import hear


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("stop texting me", "stop_all"),
        ("STOP MESSAGING ME!!", "stop_all"),
        ("please take me off your list", "stop_all"),
        ("remove my number from your system", "stop_all"),
        ("unsubscribe", "stop_all"),
        ("don't text me again", "stop_all"),
        ("no more texts please", "stop_all"),
        ("stop sending me promotions", "stop_marketing"),
        ("no more offers please", "stop_marketing"),
        ("stop calling me", "stop_calls"),
        ("dont call me", "stop_calls"),
        ("start texting me again", "start"),
        ("yes book it and stop texting me", "stop_all"),
        ("don't stop texting me", None),
        ("don't call me before 9", None),
        ("what happens if I unsubscribe?", None),
        ("how do I unsubscribe", "stop_all"),
        ("cancel my appointment", None),
        ("stop", None),
        ("can you text me the address", None),
        ("stop by tomorrow", None),
        ("take me off the friday slot", None),
    ],
)
def test_contact_wishes(text: str, wish: str | None) -> None:
    assert hear(text).contact_wish == wish
