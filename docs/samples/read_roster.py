"""Read every user of a district, page by page, following the links as given."""

import os

import requests

mock = os.environ.get("MOCK_CLEVER_URL", "http://127.0.0.1:8123")
env = requests.get(f"{mock}/_mock/env").json()
bearer = {"Authorization": f"Bearer {env['CLEVER_DISTRICT_TOKEN']}"}

users = []
page = "/v3.1/users?limit=10"
while page:
    answer = requests.get(mock + page, headers=bearer).json()
    users += [item["data"] for item in answer["data"]]
    page = next((link["uri"] for link in answer["links"] if link["rel"] == "next"), None)
print(len(users), "users")
