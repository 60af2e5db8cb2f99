"""Serving a channel's own page and its files, with headers that keep foreign scripts out."""

from __future__ import annotations

import mimetypes
from importlib import resources

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import HTMLResponse

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


def page(html: str) -> HTMLResponse:
    """A page with the house's security headers."""
    return HTMLResponse(html, headers={**HEADERS, "Cache-Control": "no-store"})


def static_routes(prefix: str, package: str, folder: str) -> APIRouter:
    """The files of a folder inside a package; only the files that are there can be named."""
    router = APIRouter()
    files = {f.name: f for f in resources.files(package).joinpath(folder).iterdir() if f.is_file()}

    @router.get(prefix + "/{name}")
    async def static(name: str) -> Response:
        if name not in files:
            raise HTTPException(404, "no such file")
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(files[name].read_bytes(), media_type=kind, headers={**HEADERS, "Cache-Control": "no-cache"})

    return router
