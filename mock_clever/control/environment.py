"""What a vendor app is told of a world: its client ids and secrets, and a district to begin with."""

from __future__ import annotations

from mock_clever.api.asking import here
from mock_clever.errors import ControlRefusal


def environment(base: str) -> dict[str, str]:
    """The variables a vendor app reads, for the world of this request. `CLEVER_*` is the Secure Sync app."""
    world = here()
    sync = next((app for app in world.apps.values() if "secure_sync" in app.products), None)
    sso = next((a for a in world.apps.values() if a.by_district and "secure_sync" not in a.products), sync)
    library = next((app for app in world.apps.values() if app.by_teacher), None)
    if sync is None or sso is None:
        raise ControlRefusal("this world has no Secure Sync application: POST /_mock/apps registers one", 404)
    connection = next(iter(world.connections_of(sync.client_id)), None)
    return {
        "MOCK_CLEVER_URL": base,
        "CLEVER_CLIENT_ID": sync.client_id,
        "CLEVER_CLIENT_SECRET": sync.client_secret,
        "CLEVER_REDIRECT_URI": next(iter(sync.redirect_uris), ""),
        "CLEVER_DISTRICT_ID": connection.district if connection else "",
        "CLEVER_DISTRICT_TOKEN": connection.access_token if connection else "",
        "CLEVER_SSO_CLIENT_ID": sso.client_id,
        "CLEVER_SSO_CLIENT_SECRET": sso.client_secret,
        "CLEVER_LIBRARY_CLIENT_ID": library.client_id if library else "",
        "CLEVER_LIBRARY_CLIENT_SECRET": library.client_secret if library else "",
        "CLEVER_LIBRARY_REDIRECT_URI": next(iter(library.redirect_uris), "") if library else "",
    }
