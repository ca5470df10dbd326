"""How many pages of a hundred users a second the mock gives."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benchmarks.benchmark import Benchmark, Figure, NotMeasurableError
from benchmarks.load import Target, rates, typical
from benchmarks.programs import BARE, MOCK, program

PRESET = "certification-isd"  # sandbox has 41 users; this one fills the page
PATH = "/v3.0/users?limit=100"


def measure(rounds: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, program(*MOCK, PRESET) as mock:
        token = mock.district_token()
        page = mock.get(PATH, token)
        users = len(json.loads(page)["data"])
        if not users:
            raise NotMeasurableError(f"{PATH} shows no users, so there is nothing to compare")
        same_bytes = Path(folder) / "page.json"
        same_bytes.write_bytes(page)
        with program(*BARE, str(same_bytes)) as bare:
            users_page = Target(
                mock.url + PATH, {"Authorization": f"Bearer {token}"}, before=mock.let_a_minute_pass
            )
            measured = rates([users_page, Target(f"{bare.url}/")], rounds)
    ours, flask, ratio = typical(measured)
    what = f"GET {PATH} ({users} users, {len(page) // 1000} kB)"
    return [Figure(what, f"{ours:.0f}/s", f"{flask:.0f}/s", ratio, "at least", 0.6)]


BENCHMARK = Benchmark(
    "page-of-users", "GET /v3.0/users?limit=100, against bare Flask giving the same bytes", measure
)
