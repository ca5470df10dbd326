"""The only place of the vendor app that makes secrets, and the only one that compares them."""

import hashlib
import secrets


def new_secret() -> str:
    """A value nobody can guess: a session, a `state`, a form token."""
    return secrets.token_urlsafe(24)


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, without telling how much of them is."""
    return secrets.compare_digest(one.encode(), other.encode())


def fingerprint(secret: str) -> str:
    """What the database keeps instead of the secret itself."""
    return hashlib.sha256(secret.encode()).hexdigest()
