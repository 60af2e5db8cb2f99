"""`qotbot phone-company` on the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from domain.errors import BadInput

app = typer.Typer()


@app.command("phone-company")
def phone_company(
    *,
    port: Annotated[int, typer.Option(help="The port to listen on, on this machine.", min=1, max=65535)] = 8100,
    business: Annotated[str, typer.Option(help="Where the business's server answers.")] = "http://127.0.0.1:8000",
    number: Annotated[str, typer.Option(help="The business's number.")] = "+15185550100",
    service: Annotated[str, typer.Option(help="A messaging service (MG…) that the number is in.")] = "",
    seed: Annotated[int, typer.Option(help="What goes wrong, the same again for the same number.")] = 0,
    fault: Annotated[list[str] | None, typer.Option(help="name=rate, like late=0.2; may be given often.")] = None,
) -> None:
    """Play Twilio over real HTTP and WebSockets, with a page to text and call by hand; nothing leaves this machine."""
    from channels.fake.faults import faults_from
    from commands.phoning import Offered, serve_company

    rates = dict(_pair(one) for one in fault or ())
    serve_company(Offered(port, business.rstrip("/"), number, service, faults_from(rates, seed=seed)))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise BadInput(f"--fault {text}: write name=rate, like late=0.2")
    return name, value
