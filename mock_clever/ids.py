"""Identifiers and chance: the only place that makes either, always from a key, so never twice differently.

Clever's ids are 24 lowercase hex digits whose first eight are the second they were made (docs/data-model);
lists are ordered by them. Ours are keyed by what they name: the same record of the same district has the same
id on every machine, and adding one leaves the others alone.
"""

from __future__ import annotations

import hashlib
import hmac
import random
import re
from threading import Lock

Stream = random.Random
"""A stream of chance, as `chance` makes it."""

_OBJECT_ID = re.compile(r"[0-9a-f]{24}")


def is_object_id(text: str) -> bool:
    """Whether text has the form of a Clever id."""
    return _OBJECT_ID.fullmatch(text) is not None


def object_id(seconds: int, *key: str) -> str:
    """The id of whatever key names, made at that second."""
    digest = hashlib.blake2b("\x1f".join(key).encode(), digest_size=8).hexdigest()
    return f"{seconds:08x}{digest}"


def token(length: int, *key: str) -> str:
    """So many hex digits (at most 64) that only the key determines: client ids, secrets, district tokens."""
    return hashlib.sha256("\x1f".join(key).encode()).hexdigest()[:length]


def chance(*key: str) -> Stream:
    """A stream of chance that belongs to the key alone."""
    return Stream("\x1f".join(key))


def fingerprint(secret: str) -> str:
    """Eight hex digits by which two equal secrets can be recognised without showing them."""
    return hashlib.sha256(secret.encode()).hexdigest()[:8]


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def uuid(*key: str) -> str:
    """The identifier, in the form of a UUID, of whatever key names."""
    return _dashed(token(32, *key))


def _dashed(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


class Mint:
    """Secrets nobody can guess from the ones before: a keyed hash of a counter."""

    def __init__(self, key: str) -> None:
        self._key = hashlib.sha256(key.encode()).digest()
        self._number = 0
        self._lock = Lock()

    def hex(self, length: int = 40) -> str:
        """The next secret, of so many hex digits (at most 64)."""
        with self._lock:
            self._number += 1
            number = str(self._number).encode()
        return hashlib.blake2b(number, digest_size=32, key=self._key).hexdigest()[:length]

    def uuid(self) -> str:
        """The next identifier in the form of a UUID: what names a request."""
        return _dashed(self.hex(32))

    def object_id(self, seconds: float) -> str:
        """The next id of something that is no roster record: a token, a connection."""
        return f"{int(seconds):08x}{self.hex(16)}"
