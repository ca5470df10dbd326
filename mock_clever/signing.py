"""The keys that sign id_tokens: RSA, made from what they are called, so that the same world signs the same bytes.

Whoever knows a world's name and seed can make its keys. They are public knowledge, as all of a mock is, and prove
nothing outside it (docs/decisions/keys-from-a-seed.md).
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import lru_cache
from math import gcd, prod
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mock_clever.ids import Stream, chance

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

ALGORITHM = "RS256"
ID_TOKEN_LIFE = 3600
"""Seconds from `iat` to `exp` (docs/oidc-implementation); as long, an old key stays published."""

OLD_KEPT = 4
"""Old keys that are published at most; each more that comes takes the place of the oldest."""

_BITS = 1024  # of each of the two primes
_EXPONENT = 65537
_BASES = (2, 3, 5, 7, 11, 13, 17, 19)  # OpenSSL tests what comes of them again


class Old(Struct, frozen=True):
    """A key that signs no more, and until when it is published: seconds since 1970."""

    number: int
    until: float


class Turn(Struct, frozen=True, kw_only=True):
    """How far a world's keys have turned: the number of the one that signs, and the old ones, newest first."""

    number: int = 1
    old: tuple[Old, ...] = ()


class Keyring:
    """The keys of one world. `turn` says where they stand; the keys themselves follow from the name."""

    def __init__(self, name: str, turn: Turn | None = None) -> None:
        self._name = name
        self.turn = turn or Turn()

    def sign(self, claims: dict[str, Any], **header: str | None) -> str:
        """A compact JWT of these claims, by the newest key. `header` puts other keys in its header; None leaves
        one out."""
        from joserfc import jwt  # here, where it is used: a start that signs nothing is quicker and smaller

        key = self._key(self.turn.number)
        said = {"typ": "JWT", "alg": ALGORITHM, "kid": key.thumbprint()} | header
        return jwt.encode({name: value for name, value in said.items() if value is not None}, claims, key)

    def published(self, now: float) -> list[dict[str, Any]]:
        """The public keys as JWKs, the one that signs first (RFC 7517)."""
        return [self._public(number) for number in (self.turn.number, *(old.number for old in self._old(now)))]

    def rotate(self, now: float, keep: bool = True) -> None:
        """Sign with a new key from now on. The old one stays published while an id_token of its can live, or is
        dropped with all the others at once unless told to `keep` them."""
        old = (Old(self.turn.number, now + ID_TOKEN_LIFE), *self._old(now)) if keep else ()
        self.turn = Turn(number=self.turn.number + 1, old=old[:OLD_KEPT])

    def told(self, now: float) -> list[tuple[str, float | None]]:
        """The ids of the published keys, the one that signs first, and until when each is published."""
        signing = (self._key(self.turn.number).thumbprint(), None)
        return [signing, *((self._key(old.number).thumbprint(), old.until) for old in self._old(now))]

    def _old(self, now: float) -> tuple[Old, ...]:
        return tuple(old for old in self.turn.old if now <= old.until)

    def _key(self, number: int) -> RSAKey:
        return _rsa_key(f"{self._name} {number}")

    def _public(self, number: int) -> dict[str, Any]:
        key = self._key(number)
        named = {"kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM}
        return key.as_dict(private=False) | named


@lru_cache(maxsize=64)
def _rsa_key(name: str) -> RSAKey:
    """The RSA key of 2048 bits that this name alone determines; some tenths of a second, so each is made once."""
    from joserfc.jwk import RSAKey  # here, where it is used, as above

    stream = chance("rsa", name)
    p, q = _prime(stream), _prime(stream)
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    parts = {"n": p * q, "e": _EXPONENT, "d": d, "p": p, "q": q}
    parts |= {"dp": d % (p - 1), "dq": d % (q - 1), "qi": pow(q, -1, p)}
    return RSAKey.import_key({"kty": "RSA", **{part: _base64(number) for part, number in parts.items()}})


def _prime(stream: Stream) -> int:
    """The next prime from this stream of chance. Its two highest bits are set, so that the product of two has
    exactly twice the bits."""
    small = prod(_small_primes(4000))
    while True:
        candidate = stream.getrandbits(_BITS) | 3 << _BITS - 2 | 1
        if candidate % _EXPONENT != 1 and gcd(candidate, small) == 1 and _is_prime(candidate):
            return candidate


def _small_primes(below: int) -> list[int]:
    odd = range(3, below, 2)
    return [n for n in odd if all(n % divisor for divisor in range(3, int(n**0.5) + 1, 2))]


def _is_prime(candidate: int) -> bool:
    """Whether an odd number passes Miller and Rabin's test."""
    twos = ((candidate - 1) & (1 - candidate)).bit_length() - 1
    return all(_agrees(base, candidate, twos) for base in _BASES)


def _agrees(base: int, candidate: int, twos: int) -> bool:
    power = pow(base, (candidate - 1) >> twos, candidate)
    if power in (1, candidate - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % candidate
        if power == candidate - 1:
            return True
    return False


def _base64(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()
