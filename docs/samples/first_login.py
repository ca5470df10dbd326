"""Log a pupil in and read who it is, as an app behind a Log in with Clever button does."""

import os
from urllib.parse import parse_qs, urlsplit

import requests

mock = os.environ.get("MOCK_CLEVER_URL", "http://127.0.0.1:8123")
env = requests.get(f"{mock}/_mock/env").json()

# Clever's side, without a browser: someone logs in and is sent to your redirect URI with a code.
pupil = requests.get(f"{mock}/_mock/people", params={"role": "student"}).json()["people"][0]
redirect = requests.post(f"{mock}/_mock/login", json={"user": pupil["id"]}).json()["redirect"]
code = parse_qs(urlsplit(redirect).query)["code"][0]

# Your app's side: exchange the code, then ask who it is.
token = requests.post(
    f"{mock}/oauth/tokens",
    auth=(env["CLEVER_SSO_CLIENT_ID"], env["CLEVER_SSO_CLIENT_SECRET"]),
    json={"code": code, "grant_type": "authorization_code", "redirect_uri": env["CLEVER_REDIRECT_URI"]},
).json()["access_token"]
bearer = {"Authorization": f"Bearer {token}"}
me = requests.get(f"{mock}/v3.1/me", headers=bearer).json()["data"]
user = requests.get(f"{mock}/v3.1/users/{me['id']}", headers=bearer).json()["data"]
print("signed in:", user["name"])
