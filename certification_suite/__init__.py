"""The certification suite: judges a vendor's app, in any language, by what it does at Clever's door.

It meets the mock and the vendor over HTTP only and imports neither. Layers, each from earlier ones only:
`verdicts keys parts config evidence requirements` · `drivers/` (mock, browser, probe) · `examination` ·
`checks/` · `catalogue attestations attended runner` · `findings doorway sight preflight init` (before a run) ·
`reports/` · `diary fingerprints programs worlds workers asked judging attendance` (a run) · `course` ·
`cli pytest_plugin`.
"""
