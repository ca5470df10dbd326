"""Ways the server can be made to misbehave: planned, numbered, and named in every answer they strike.

Faults stand between the views and the wire; no view knows of them. A kind is one class in `kinds`, `id_tokens` or
`untimely`; `targets` are names for what is struck most, `planned` is what may be planned, `plan` says which fault
strikes what, and `strike` is one request among them.
"""
