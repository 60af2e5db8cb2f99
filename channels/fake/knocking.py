"""The carrier at our door: a form posted to one of our own routes inside this process, signed as a webhook is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from channels.reception import Account
from domain.errors import BadInput


async def knock(
    routes: Sequence[APIRouter], url: str, form: Mapping[str, str], *, account: Account, signed: bool = True
) -> int:
    """Post a form to the public address `url`; the status that came back. Unsigned ones carry a wrong signature."""
    from twilio.request_validator import RequestValidator

    site = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    for router in routes:
        site.include_router(router)
    site.add_exception_handler(BadInput, _bad_input)
    whole = {"AccountSid": account.sid, **form}
    signature = RequestValidator(account.token if signed else "a stranger's").compute_signature(url, whole)
    home = urlsplit(url)
    transport = httpx.ASGITransport(app=site, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"{home.scheme}://{home.netloc}", timeout=20.0) as http:
        answer = await http.post(url, data=whole, headers={"X-Twilio-Signature": signature})
    return answer.status_code


async def _bad_input(_: Request, problem: Any) -> JSONResponse:
    return JSONResponse({"error": str(problem)}, status_code=422)
