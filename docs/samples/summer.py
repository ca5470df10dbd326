"""Rehearse a summer: people leave, a sync is held and approved, the district pauses, a year of nights passes."""

import os

import requests

mock = os.environ.get("MOCK_CLEVER_URL", "http://127.0.0.1:8123")
env = requests.get(f"{mock}/_mock/env").json()
bearer = {"Authorization": f"Bearer {env['CLEVER_DISTRICT_TOKEN']}"}
district = f"{mock}/_mock/districts/{env['CLEVER_DISTRICT_ID']}"


def control(method: str, url: str, body: object = None) -> dict:
    answer = requests.request(method, url, json=body)
    answer.raise_for_status()
    return answer.json()


students = requests.get(f"{mock}/v3.1/users?role=student&limit=5", headers=bearer).json()["data"]
leaving = [{"type": "record.remove", "kind": "users", "id": student["data"]["id"]} for student in students]
newest = requests.get(f"{mock}/v3.1/events?ending_before=last&limit=1", headers=bearer).json()["data"]
cursor = newest[0]["data"]["id"]

control("PATCH", district, {"hold_threshold": 0})  # any deletion holds a sync
control("POST", f"{district}/changes", {"changes": leaving, "publish": False})
print(control("POST", f"{district}/sync")["outcome"], control("GET", f"{district}/sync")["held"]["reasons"])
print(control("POST", f"{district}/sync/approve")["outcome"])
for event in requests.get(f"{mock}/v3.1/events?starting_after={cursor}", headers=bearer).json()["data"]:
    print(event["data"]["type"], event["data"]["data"]["object"]["id"])

now = control("GET", f"{mock}/_mock/clock")["now"]
year = int(now[:4]) + 1
control("PATCH", district, {"nightly": "02:00", "pause_start": f"{year}-06-15", "pause_end": f"{year}-08-10"})
fired = control("POST", f"{mock}/_mock/clock", {"set": f"{year}-12-31"})["fired"]
outcomes = [entry["outcome"] for entry in fired if entry["what"] == "sync"]
print(outcomes.count("published"), "nights published,", outcomes.count("ignored"), "in the pause")
