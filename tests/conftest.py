"""What tests of the mock share: a server with the hand-written town in it, and clients that talk to it."""

from __future__ import annotations

import compiled
import pytest
from clients import Mock, Reader
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings

from mock_clever.apps import App
from mock_clever.scenarios import Worlds
from mock_clever.world import World

settings.register_profile("house", derandomize=True, deadline=None, database=None, max_examples=60)
settings.load_profile("house")
compiled.once()


@pytest.fixture
def mock() -> Mock:
    return Mock()


@pytest.fixture
def worlds(mock: Mock) -> Worlds:
    return mock.worlds


@pytest.fixture
def world(mock: Mock) -> World:
    return mock.world


@pytest.fixture
def app(mock: Mock) -> Flask:
    return mock.app


@pytest.fixture
def clever(mock: Mock) -> FlaskClient:
    return mock.client


@pytest.fixture
def sync_app(mock: Mock) -> App:
    return mock.sync


@pytest.fixture
def sso_app(mock: Mock) -> App:
    return mock.sso


@pytest.fixture
def reader(mock: Mock) -> Reader:
    return mock.reader()


@pytest.fixture
def sso_reader(mock: Mock) -> Reader:
    return mock.reader(mock.sso)
