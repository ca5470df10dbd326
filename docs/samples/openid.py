"""A login by OIDC, start to end: a code, an id_token checked against the published keys, and a key that turns."""

import os

import requests
from joserfc import jwt
from joserfc.jwk import KeySet

BASE = os.environ["MOCK_CLEVER_URL"]
ENV = requests.get(f"{BASE}/_mock/env").json()
CLIENT = ENV["CLEVER_SSO_CLIENT_ID"], ENV["CLEVER_SSO_CLIENT_SECRET"]
FOUND = requests.get(f"{BASE}/.well-known/openid-configuration").json()


def log_in(user: str, nonce: str) -> dict:
    """The claims of this person's id_token, as a relying party reads them."""
    asked = {"user": user, "client_id": CLIENT[0], "nonce": nonce}
    location = requests.post(f"{BASE}/_mock/login", json=asked).json()["redirect"]
    callback, code = location.split("?")[0], location.split("code=")[1].split("&")[0]
    sent = {"code": code, "grant_type": "authorization_code", "redirect_uri": callback}
    granted = requests.post(FOUND["token_endpoint"], json=sent, auth=CLIENT).json()
    keys = KeySet.import_key_set(requests.get(FOUND["jwks_uri"]).json())
    claims = jwt.decode(granted["id_token"], keys, algorithms=["RS256"]).claims
    jwt.JWTClaimsRegistry(
        iss={"value": FOUND["issuer"]}, aud={"value": CLIENT[0]}, nonce={"value": nonce}
    ).validate(claims)
    person = requests.get(
        FOUND["userinfo_endpoint"], headers={"Authorization": f"Bearer {granted['access_token']}"}
    )
    assert person.json()["sub"] == claims["sub"]
    return claims


requests.post(
    f"{BASE}/_mock/apps", json={"client_id": CLIENT[0], "oidc": True}
)  # Clever switches it on app by app
someone = requests.get(f"{BASE}/_mock/people?role=teacher").json()["people"][0]["id"]
print(log_in(someone, "first")["given_name"], "signed in")
requests.post(f"{BASE}/_mock/keys/rotate", json={"keep": False})
print(log_in(someone, "second")["user_type"], "signed in with a new key")
