"""Answers in gzip, only for those who ask (data-api 15 #30)."""

from __future__ import annotations

import gzip

import pytest
from clients import Mock, Reader

from mock_clever.api.wire import WORTH_PACKING

USERS = "/v3.1/users"


def test_a_large_answer_is_packed_for_a_client_that_asks(reader: Reader) -> None:
    plain = reader.ask(USERS)
    packed = reader.ask(USERS, **{"Accept-Encoding": "gzip, deflate"})
    assert "Content-Encoding" not in plain.headers
    assert "Vary" not in plain.headers
    assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert int(packed.headers["Content-Length"]) == len(packed.get_data()) < len(plain.get_data()) / 2
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert reader.ask(USERS, **{"Accept-Encoding": "gzip"}).get_data() == packed.get_data()


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "deflate, gzip;q=0.0"])
def test_nobody_else_gets_gzip(accepted: str, reader: Reader) -> None:
    assert "Content-Encoding" not in reader.ask(USERS, **{"Accept-Encoding": accepted}).headers


@pytest.mark.parametrize("accepted", ["gzip", "GZIP", "*", "deflate;q=0.5, gzip;q=0.1", "br, gzip"])
def test_however_they_ask(accepted: str, reader: Reader) -> None:
    assert reader.ask(USERS, **{"Accept-Encoding": accepted}).headers["Content-Encoding"] == "gzip"


def test_a_small_answer_and_a_refusal_are_not_packed(reader: Reader) -> None:
    for path in ("/v3.1/districts", "/v3.1/users/0", "/v3.1/nowhere", "/v3.1/users?limit=10001"):
        answered = reader.ask(path, **{"Accept-Encoding": "gzip"})
        assert len(answered.get_data()) < WORTH_PACKING
        assert "Content-Encoding" not in answered.headers


def test_the_journal_keeps_what_was_said_before_it_was_packed(mock: Mock) -> None:
    reader = mock.reader()
    reader.ask(f"{USERS}?limit=3")
    reader.ask(f"{USERS}?limit=3", **{"Accept-Encoding": "gzip"})
    plain, packed = mock.control("GET", "journal")["entries"][-2:]
    assert packed["response"]["body"] == plain["response"]["body"] != ""


def test_head_tells_the_length_of_the_packed_answer(mock: Mock) -> None:
    asked = {"Authorization": f"Bearer {mock.reader().token}", "Accept-Encoding": "gzip"}
    got, head = mock.client.get(USERS, headers=asked), mock.client.head(USERS, headers=asked)
    assert head.get_data() == b""
    for name in ("Content-Length", "Content-Encoding", "Content-Type", "ETag", "Vary"):
        assert head.headers[name] == got.headers[name]
