"""Ids and chance: always from a key, so never twice differently."""

from __future__ import annotations

import pytest

from mock_clever.ids import Mint, chance, fingerprint, is_object_id, object_id, same, token


def test_ids_and_tokens_are_the_same_on_every_machine() -> None:
    assert object_id(0x6A000000, "town", "school", "1") == "6a000000d00c73feeaab0705"
    assert token(40, "client secret", "sso") == "39f085e6572473526c94c75e1f16f6052b65342b"
    assert Mint("0 main").hex(40) == "4a5572cfc76928b486966878430b036d3d923ae5"
    assert chance("names", "1").random() == 0.649320419598495


def test_an_id_begins_with_the_second_it_was_made() -> None:
    assert object_id(0x6A000000, "x")[:8] == "6a000000"
    assert object_id(1, "x")[:8] == "00000001"
    assert is_object_id(object_id(1, "x"))
    assert is_object_id(Mint("x").object_id(1778384896.9))


def test_other_keys_make_other_ids() -> None:
    keys = [("a", "b"), ("ab",), ("a", "b", ""), ("", "a", "b"), ("b", "a"), ("a\x1eb",)]
    assert len({object_id(1, *key) for key in keys}) == len(keys)
    assert len({token(40, *key) for key in keys}) == len(keys)
    assert len({chance(*key).random() for key in keys}) == len(keys)


@pytest.mark.parametrize("text", ["", "abc", "6a" * 12 + "0", "6A" * 12, "g" * 24, "6a" * 11 + "6\n", "٣" * 24])
def test_what_is_no_id(text: str) -> None:
    assert not is_object_id(text)


def test_a_mint_never_makes_the_same_twice_and_its_key_matters() -> None:
    mint = Mint("0 main")
    made = [mint.hex(40) for _ in range(1000)]
    assert len(set(made)) == 1000
    assert Mint("1 main").hex(40) != made[0]
    assert len(Mint("x").hex(64)) == 64


def test_a_fingerprint_tells_secrets_apart_and_shows_nothing_of_them() -> None:
    assert fingerprint("abc") == "ba7816bf"  # the beginning of sha256("abc"), FIPS 180-2
    assert fingerprint("abd") != fingerprint("abc")


def test_secrets_are_compared_whole() -> None:
    assert same("ñ", "ñ")
    assert not same("abc", "ab")
    assert not same("", "a")
