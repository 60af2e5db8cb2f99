"""The files that the desk's pages load: a fixed table, named with a digest so that browsers may keep them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from fastapi import Request, Response

FOLDER = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
PATH = "/desk/static"


@cache
def table() -> dict[str, tuple[bytes, str, str]]:
    """Return content, media type and digest of each file by its name inside the folder."""
    found = {}
    for file in sorted(FOLDER.rglob("*")):
        if file.suffix in TYPES:
            content = file.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:12]
            found[file.relative_to(FOLDER).as_posix()] = (content, TYPES[file.suffix], digest)
    return found


def address(name: str) -> str:
    """Return the address of a file, with its digest."""
    return f"{PATH}/{name}?v={table()[name][2]}"


async def serve(request: Request) -> Response:
    """Serve one file of the table."""
    found = table().get(request.path_params["name"])
    if found is None:
        return Response(status_code=404)
    content, media_type, digest = found
    lasting = request.query_params.get("v") == digest
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if lasting else "no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media_type, headers=headers)
