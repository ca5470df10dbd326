"""The certification suite: judges a vendor's app, in any language, by what it does at Clever's door.

It meets the mock and the vendor over HTTP only and imports neither. Layers, each from earlier ones only:
`verdicts config evidence requirements` · `drivers/` (mock, browser, probe) · `examination` · `checks/` ·
`catalogue runner preflight` · `reports/` · `cli`.
"""
