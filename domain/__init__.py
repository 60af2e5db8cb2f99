"""The words everybody shares: values, contracts and rules of language and time. No input or output happens here."""

from __future__ import annotations

from zoneinfo import reset_tzpath

# The tzdata package, never the system's copy: distributions lag behind the law (Alberta and BC, November 2026).
# Here, because everything of ours imports something of this folder before it asks for a zone.
reset_tzpath(to=[])
