"""The keys of a home: the ledger's signing key and the secret behind cookies and codes."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


@dataclass(frozen=True, slots=True)
class Keys:
    """A home's keys; neither ever leaves it."""

    signing: Ed25519PrivateKey
    secret: str

    @property
    def public_hex(self) -> str:
        """The ledger's public key: 32 bytes in hex."""
        return self.signing.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    @property
    def key_id(self) -> str:
        """A short name of the public key."""
        return hashlib.sha256(bytes.fromhex(self.public_hex)).hexdigest()[:8]

    def sign(self, note: str) -> str:
        """The Ed25519 signature of a note, in hex."""
        return self.signing.sign(note.encode()).hex()

    def address_hash(self, address: str) -> str:
        """The keyed hash that stands for a forgotten address: without the key, numbers are too few to stay hidden."""
        return hmac.new(self.secret.encode(), f"address\n{address}".encode(), hashlib.sha256).hexdigest()


def open_keys(folder: Path) -> Keys:
    """Read the keys of a folder, making them (readable by the owner only) where there are none."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = _kept(folder / "ledger.key", lambda: _new_signing_key().hex())
    secret = _kept(folder / "secret.key", lambda: secrets.token_hex(32))
    return Keys(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(raw)), secret)


def valid(public_hex: str, signature_hex: str, note: str) -> bool:
    """Whether the signature is the key's over the note."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_hex))
        key.verify(bytes.fromhex(signature_hex), note.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _new_signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())


def _kept(path: Path, make: object) -> str:
    if not path.exists():
        made = make() if callable(make) else ""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(str(made))
    return path.read_text().strip()
