"""The ledger as a stream of events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from fake_desk import NOW
from fastapi import Request

from desk.cards import LedgerEvent
from desk.live import frames, resume_from, row, signal


def event(seq: int) -> LedgerEvent:
    """Return an event with this number."""
    return LedgerEvent(seq=seq, at=NOW, who="Ana", what="approved A12")


async def some(*seqs: int) -> AsyncIterator[LedgerEvent]:
    """Yield events and end."""
    for seq in seqs:
        yield event(seq)


def request(after: str, last: str) -> Request:
    """Return a browser's request for the stream."""
    headers = [(b"last-event-id", last.encode())] if last else []
    return Request({"type": "http", "headers": headers, "query_string": f"after={after}".encode()})


async def test_every_event_is_a_frame_with_its_cursor() -> None:
    sent = [frame async for frame in frames(some(7, 8), signal)]
    assert sent == [": open\n\n", "id: 7\nevent: changed\ndata: 7\n\n", "id: 8\nevent: changed\ndata: 8\n\n"]


async def test_html_of_several_lines_is_one_frame() -> None:
    assert row(event(7), "<tr>\n<td>\n</tr>") == "id: 7\ndata: <tr>\ndata: <td>\ndata: </tr>\n\n"


async def test_a_quiet_stream_is_kept_open_and_ended_without_a_trace() -> None:
    ended = asyncio.Event()

    async def silent() -> AsyncIterator[LedgerEvent]:
        try:
            await asyncio.Event().wait()
            yield event(1)
        finally:
            ended.set()

    stream = frames(silent(), signal, beat=0.001)
    assert [await anext(stream), await anext(stream)] == [": open\n\n", ": quiet\n\n"]
    await stream.aclose()  # type: ignore[attr-defined]
    await asyncio.wait_for(ended.wait(), 1)


@pytest.mark.parametrize(
    ("after", "last", "cursor"),
    [("5", "", 5), ("5", "9", 9), ("", "", 0), ("-3", "", 0), ("x", "y", 0), ("5", "9" * 30, 5), ("²", "", 0)],
)
def test_the_browsers_own_cursor_wins_over_the_pages(after: str, last: str, cursor: int) -> None:
    assert resume_from(request(after, last)) == cursor
