"""`qotbot phone-company`, and what `qotbot doctor --twilio` looks at."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from channels.fake.api import api
from channels.fake.calls import Handset
from channels.fake.company import Company
from channels.fake.faults import Faults
from channels.fake.handset import handset_routes
from channels.twilio_check import Finding, self_tests, settings
from commands.carrier import configured_account
from compose import load_pack
from domain.clock import SystemClock
from domain.configuration import Configuration
from domain.errors import ConfigurationError
from domain.phone import e164

LATE_S = 3.0


@dataclass(frozen=True, slots=True)
class Offered:
    """What the company is started with: its port, the business's server and number, a messaging service, its faults."""

    port: int
    business: str
    number: str
    service: str = ""
    faults: Faults = Faults()


def company_of(offered: Offered) -> Company:
    """A company with an account of its own, as random as a real one's; `BadInput` for what is no number."""
    return Company(
        "AC" + secrets.token_hex(16), secrets.token_hex(16), e164(offered.number), offered.business, SystemClock(),
        faults=offered.faults, services=(offered.service,) if offered.service else (),
    )  # fmt: skip


def site_of(company: Company) -> FastAPI:
    """The company as a server: its API, and the page to text and call by hand."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        late = asyncio.create_task(_bring_late(company))
        try:
            yield
        finally:
            late.cancel()
            await company.close()

    site = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    site.include_router(api(company))
    site.include_router(handset_routes(Handset(company), f"the business at {company.webhooks}"))
    return site


async def _bring_late(company: Company) -> None:
    """Post what a fault held back, a little later."""
    while True:
        await company.clock.sleep(LATE_S)
        await company.call_back()


def serve_company(offered: Offered) -> None:
    """Serve a company on this machine until interrupted."""
    company, base = company_of(offered), f"http://127.0.0.1:{offered.port}"
    lines = [
        f"The offline phone company is running at {base}; text and call at {base}/phone", "",
        "Start the business against it with:", f"  export QOTBOT_TWILIO_API_BASE={base}",
        f"  export TWILIO_ACCOUNT_SID={company.sid} TWILIO_AUTH_TOKEN={company.token}",
        *([f"  export TWILIO_MESSAGING_SERVICE_SID={offered.service}"] if offered.service else []),
        f"  export QOTBOT_PUBLIC_BASE_URL={offered.business} QOTBOT_MODEL=phrasebook", "  qotbot serve", "",
    ]  # fmt: skip
    sys.stdout.write("\n".join(lines))
    sys.stdout.flush()
    uvicorn.run(site_of(company), host="127.0.0.1", port=offered.port, log_level="warning")


def examine_twilio(business: Path) -> list[Finding]:
    """Look at what Twilio needs: our public address trusts signed webhooks alone, and the number leads to it."""
    configuration = Configuration()
    whole = load_pack(business).business
    account = configured_account(configuration, whole.phone)
    if account is None or configuration.public_base_url is None:
        raise ConfigurationError("no Twilio account is configured: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
    base = configuration.public_base_url

    async def look() -> list[Finding]:
        return [*await self_tests(account, base), *await settings(account, base, business=whole)]

    return asyncio.run(look())
