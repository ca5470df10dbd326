"""The vendor app against a small fake Clever."""

from collections.abc import Iterator
from typing import Any

import pytest
from driven_vendor import Make, Vendor
from fake_clever import DISTRICT, SSO, SYNC, URL, FakeClever, town

from vendor_app.behaviour import Behaviour
from vendor_app.config import App, Config


@pytest.fixture
def clever() -> FakeClever:
    return town()


@pytest.fixture
def make(clever: FakeClever) -> Iterator[Make]:
    """Builds a vendor app with a behaviour."""
    made: list[Vendor] = []

    def build(behaviour: Behaviour | None = None, **settings: Any) -> Vendor:
        told: dict[str, Any] = {
            "clever_url": URL,
            "login": App(*SSO),
            "sync": App(*SYNC),
            "redirect_uri": "http://localhost/oauth/clever/callback",
            "district": DISTRICT,
            "district_token": "district-token",
            "probe": True,
        }
        made.append(Vendor(clever, behaviour or Behaviour(), Config(**(told | settings))))
        return made[-1]

    yield build
    for vendor in made:
        vendor.store.close()


@pytest.fixture
def vendor(make: Make) -> Vendor:
    return make()
