"""Serving a channel's own page and its files, with headers that keep foreign scripts out."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from importlib import resources

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import HTMLResponse

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)
ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


def page(html: str, framed_by: Sequence[str] = ()) -> HTMLResponse:
    """A page with the house's security headers; besides our own pages only the origins in `framed_by` may frame it."""
    policy = {"Content-Security-Policy": " ".join([POLICY, *framed_by])}
    return HTMLResponse(html, headers={**HEADERS, **policy, "Cache-Control": "no-store"})


def static_routes(prefix: str, package: str, folder: str, *, headers: Mapping[str, str] | None = None) -> APIRouter:
    """The files of a folder inside a package; only the files that are there can be named."""
    router = APIRouter()
    sent = {**HEADERS, "Cache-Control": "no-cache", **(headers or {})}
    files = {f.name: f for f in resources.files(package).joinpath(folder).iterdir() if f.is_file()}

    @router.get(prefix + "/{name}")
    async def static(name: str) -> Response:
        if name not in files:
            raise HTTPException(404, "no such file")
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(files[name].read_bytes(), media_type=kind, headers=sent)

    return router
