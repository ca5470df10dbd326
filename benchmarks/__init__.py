"""How fast and how small the mock is, against a bare Flask app on the same machine in the same run.

`python -m benchmarks` (or `make bench`) prints one table. Each file here that has `BENCHMARK` is a row or a few;
to add one, write the next such file. Nothing fails: a target that is missed is told, and so is a thing that
could not be measured.
"""
