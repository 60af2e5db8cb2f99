"""The desk over HTTP: who gets in, what a form may do, and what every answer of the desk looks like."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from fake_desk import NOW, TOKEN, FakeDesk, booking
from httpx import ASGITransport, AsyncClient, Response

from desk.cards import Changed, Conflict, Gone, Invalid, Link, Words
from desk.pages import index_page
from desk.session import COOKIE, LASTS

HOME = "http://desk.test"
SHUT = ("/desk", "/desk/queue", "/desk/cards/act_12", "/desk/followups", "/desk/ledger", "/desk/events")
POSTS = ("/desk/cards/act_12/approve", "/desk/cards/act_12/edit", "/desk/followups/obl_1", "/desk/leave")


@pytest.fixture
def desk() -> FakeDesk:
    """A desk with a refund and a booking held."""
    return FakeDesk()


@pytest.fixture
async def visitor(desk: FakeDesk) -> AsyncIterator[AsyncClient]:
    """Somebody without a session."""
    async with AsyncClient(transport=ASGITransport(desk.app()), base_url=HOME) as client:
        yield client


@pytest.fixture
async def staff(visitor: AsyncClient) -> AsyncClient:
    """Somebody who came in with the token."""
    await visitor.get("/desk", params={"token": TOKEN})
    visitor.headers["origin"] = HOME
    return visitor


async def mark(client: AsyncClient) -> str:
    """Return the mark that this session's forms carry."""
    found = re.search(r'name="csrf" value="([^"]+)"', (await client.get("/desk")).text)
    assert found
    return found[1]


async def post(client: AsyncClient, path: str, **form: str) -> Response:
    """Send a form as the page would, without following where it leads."""
    return await client.post(path, data={"csrf": await mark(client), "args_hash": "hash-12", **form})


@pytest.mark.parametrize("path", SHUT)
async def test_without_a_session_a_page_tells_only_where_the_token_is(visitor: AsyncClient, path: str) -> None:
    answer = await visitor.get(path)
    assert answer.status_code == 401
    assert "/desk?token=" in answer.text and "Maria" not in answer.text


@pytest.mark.parametrize("path", POSTS)
async def test_without_a_session_nothing_is_done(visitor: AsyncClient, desk: FakeDesk, path: str) -> None:
    answer = await visitor.post(path, data={"note": "done"}, headers={"origin": HOME})
    assert answer.status_code == 401
    assert not desk.answers and not desk.notes


async def test_a_fragment_without_a_session_sends_the_browser_to_the_door(visitor: AsyncClient) -> None:
    answer = await visitor.get("/desk/queue", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/desk")


async def test_the_token_opens_one_session_once(visitor: AsyncClient) -> None:
    assert (await visitor.get("/desk", params={"token": "a-wrong-token-2f8c1"})).status_code == 403
    answer = await visitor.get("/desk", params={"token": TOKEN})
    cookie = answer.headers["set-cookie"]
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Path=/desk" in cookie and "Secure" not in cookie
    assert (await visitor.get("/desk")).status_code == 200
    visitor.cookies.clear()
    assert (await visitor.get("/desk", params={"token": TOKEN})).status_code == 403


async def test_a_session_that_opens_its_link_again_just_gets_in(staff: AsyncClient) -> None:
    assert (await staff.get("/desk", params={"token": TOKEN})).status_code == 303


async def test_over_https_the_cookie_is_secure(desk: FakeDesk) -> None:
    async with AsyncClient(transport=ASGITransport(desk.app()), base_url="https://desk.test") as client:
        answer = await client.get("/desk", params={"token": TOKEN})
    assert "Secure" in answer.headers["set-cookie"]


async def test_a_session_ends_and_a_forged_one_never_begins(staff: AsyncClient, desk: FakeDesk) -> None:
    desk.clock.advance(LASTS - 1)
    assert (await staff.get("/desk")).status_code == 200
    desk.clock.advance(1)
    assert (await staff.get("/desk")).status_code == 401
    staff.cookies.clear()
    staff.cookies.set(COOKIE, "WyJ4IiwiQW5hIiw5OTk5OTk5OTk5XQ.forged")
    assert (await staff.get("/desk")).status_code == 401


async def test_signing_out_ends_the_session(staff: AsyncClient) -> None:
    assert (await post(staff, "/desk/leave")).status_code == 303
    assert (await staff.get("/desk")).status_code == 401


@pytest.mark.parametrize(
    "origin", ["https://evil.test", "null", "", "http://desk.test.evil.test", "http://desk.test:81"]
)
async def test_a_form_of_another_site_does_nothing(staff: AsyncClient, desk: FakeDesk, origin: str) -> None:
    staff.headers["origin"] = origin
    answer = await post(staff, "/desk/cards/act_12/approve")
    assert answer.status_code == 403 and not desk.answers
    assert "Nothing was done" in answer.text


@pytest.mark.parametrize("forged", ["", "x", "ImFub3RoZXIgc2Vzc2lvbiI.c2ln"])
async def test_a_form_without_the_sessions_mark_does_nothing(staff: AsyncClient, desk: FakeDesk, forged: str) -> None:
    for path in ("/desk/cards/act_12/approve", "/desk/followups/obl_1", "/desk/leave"):
        answer = await post(staff, path, csrf=forged, note="done")
        assert answer.status_code == 403
    assert not desk.answers and not desk.notes


async def test_a_cookie_is_not_a_mark(staff: AsyncClient, desk: FakeDesk) -> None:
    answer = await post(staff, "/desk/cards/act_12/approve", csrf=staff.cookies[COOKIE])
    assert answer.status_code == 403 and not desk.answers


async def test_approving_hands_over_the_hash_that_was_shown(staff: AsyncClient, desk: FakeDesk) -> None:
    answer = await post(staff, "/desk/cards/act_12/approve")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk?done=approve")
    [(action, given)] = desk.answers
    assert (action, given.kind, given.args_hash, given.by, given.args) == ("act_12", "approve", "hash-12", "Ana", {})
    assert "Approved" in (await staff.get("/desk?done=approve")).text


async def test_editing_hands_over_only_what_was_changed(staff: AsyncClient, desk: FakeDesk) -> None:
    form = {"field.service": "colour", "field.staff": "ana", "field.start": "2026-11-24T10:30", "field.price": "45.00"}
    await post(staff, "/desk/cards/act_12/edit", **form, **{"field.booking": "B-1", "field.unknown": "x"})
    [(_, given)] = desk.answers
    assert given.kind == "edit"
    assert given.args == {"service": "colour", "start": "2026-11-24T10:30:00-05:00"}


async def test_what_cannot_be_read_is_told_beside_its_field(staff: AsyncClient, desk: FakeDesk) -> None:
    answer = await post(
        staff, "/desk/cards/act_12/edit", **{"field.price": "<lots>", "field.start": "2026-11-24T10:30"}
    )
    assert answer.status_code == 422 and not desk.answers
    price = re.search(r'<input id="(field-\d)" name="field.price" value="&lt;lots&gt;"[^>]*>', answer.text)
    assert price and f'aria-describedby="{price[1]}-error"' in price[0]
    assert f'id="{price[1]}-error">Write an amount' in answer.text
    assert 'value="2026-11-24T10:30"' in answer.text


async def test_what_the_desk_refuses_is_told_beside_its_field(staff: AsyncClient, desk: FakeDesk) -> None:
    desk.outcome = Invalid({"start": "Ana is taken then."})
    answer = await post(staff, "/desk/cards/act_12/edit", **{"field.start": "2026-11-24T10:30"})
    assert answer.status_code == 422
    assert re.search(r'name="field.start"[^>]*value="2026-11-24T10:30"[^>]*aria-invalid="true"', answer.text)
    assert "Ana is taken then." in answer.text


@pytest.mark.parametrize("kind", ["reject", "answer"])
async def test_rejecting_and_answering_need_words(staff: AsyncClient, desk: FakeDesk, kind: str) -> None:
    for words in ("", "   ", "x" * 1001):
        answer = await post(staff, f"/desk/cards/act_12/{kind}", text=words)
        assert answer.status_code == 422 and 'id="text-error"' in answer.text
    assert not desk.answers
    await post(staff, f"/desk/cards/act_12/{kind}", text=" We are full\r\ntoday. ")
    assert [(given.kind, given.text) for _, given in desk.answers] == [(kind, "We are full\ntoday.")]


async def test_the_second_to_decide_is_told_who_was_first(staff: AsyncClient, desk: FakeDesk) -> None:
    desk.outcome = Conflict("Ben", NOW)
    answer = await post(staff, "/desk/cards/act_12/approve")
    assert answer.status_code == 409
    assert "Already decided by Ben at 10:02" in answer.text  # 15:02 UTC in New York


async def test_a_card_decided_while_its_page_was_open_is_still_a_conflict(staff: AsyncClient, desk: FakeDesk) -> None:
    ours = await mark(staff)
    desk.held, desk.outcome = [], Conflict("Ben", NOW)
    answer = await staff.post("/desk/cards/act_12/approve", data={"csrf": ours, "args_hash": "hash-12"})
    assert answer.status_code == 409 and "Already decided by Ben" in answer.text


async def test_a_card_that_changed_is_shown_again_and_not_decided(staff: AsyncClient, desk: FakeDesk) -> None:
    answer = await post(staff, "/desk/cards/act_12/approve", args_hash="an-older-hash")
    assert answer.status_code == 409
    assert "changed while you looked" in answer.text and 'value="hash-12"' in answer.text
    desk.outcome = Changed()
    desk.held = [card for card in desk.held if card.id != "act_12"]
    assert "No longer waiting" in (await post(staff, "/desk/cards/act_12/approve")).text


async def test_a_card_that_is_gone_says_so(staff: AsyncClient, desk: FakeDesk) -> None:
    desk.outcome = Gone()
    assert (await post(staff, "/desk/cards/act_12/approve")).status_code == 410
    assert "No longer waiting" in (await staff.get("/desk?card=act_404")).text


async def test_an_unknown_kind_of_answer_does_nothing(staff: AsyncClient, desk: FakeDesk) -> None:
    assert (await post(staff, "/desk/cards/act_12/delete")).status_code == 403
    assert not desk.answers


async def test_a_form_too_large_is_not_read(staff: AsyncClient, desk: FakeDesk) -> None:
    assert (await post(staff, "/desk/cards/act_12/answer", text="x" * 70_000)).status_code == 403
    assert not desk.answers


async def test_a_follow_up_closes_with_what_came_of_it(staff: AsyncClient, desk: FakeDesk) -> None:
    assert (await post(staff, "/desk/followups/obl_1", note="  ")).status_code == 422
    assert (await post(staff, "/desk/followups/obl_1", note="Booked for Friday")).status_code == 303
    assert desk.notes == [("obl_1", "Booked for Friday", "Ana")]
    assert (await post(staff, "/desk/followups/obl_1", note="again")).status_code == 410
    desk.outcome = Conflict("Ben", NOW)
    again = await post(staff, "/desk/followups/obl_1", note="again")
    assert again.status_code == 409 and "Already closed by Ben" in again.text


async def test_a_field_that_staff_saw_otherwise_shows_both_values(staff: AsyncClient) -> None:
    page = (await staff.get("/desk?card=act_9")).text
    assert "40.00 USD" in page and re.search(r"was <del[^>]*>20\.00 USD</del>", page)
    assert "was <del" not in (await staff.get("/desk?card=act_12")).text


@pytest.mark.parametrize(
    "path", [*SHUT[:1], "/desk?card=act_12&mode=edit", *SHUT[3:5], "/desk?card=act_12&mode=reject"]
)
async def test_every_page_carries_the_headers_and_nothing_inline(staff: AsyncClient, path: str) -> None:
    answer = await staff.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|href=\"javascript", answer.text)


async def test_what_customers_wrote_is_text(staff: AsyncClient, desk: FakeDesk) -> None:
    hostile = "</p><script>alert(1)</script>\u202etxt\x00"
    desk.held = [
        replace(booking(), contact_name=hostile, will_send=hostile, customer_said=(Words("customer", hostile, NOW),))
    ]
    page = (await staff.get("/desk")).text
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
    assert "\u202e" not in page and "\x00" not in page


async def test_static_files_are_a_fixed_table_that_browsers_may_keep(visitor: AsyncClient, staff: AsyncClient) -> None:
    page = (await staff.get("/desk")).text
    addresses = re.findall(r'(?:href|src)="(/desk/static/[^"]+)"', page)
    assert len(addresses) == 5
    for address in addresses:
        answer = await visitor.get(address)
        assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await visitor.get("/desk/static/desk.js?v=old")).headers["cache-control"] == "no-cache"
    for other in ("../pages.py", "..%2fpages.py", "templates/base.html", ""):
        assert (await visitor.get(f"/desk/static/{other}")).status_code == 404


def test_the_first_page_names_the_business_its_reader_and_the_ways_in() -> None:
    answer = index_page("Rosewood <Salon>", "phrasebook", [Link("/desk", "Desk", "For staff.")])
    page = bytes(answer.body).decode()
    assert "Rosewood &lt;Salon&gt;" in page and "no AI model is in use" in page and 'href="/desk"' in page
    assert "openai:gpt-x" in bytes(index_page("Rosewood", "openai:gpt-x", []).body).decode()
