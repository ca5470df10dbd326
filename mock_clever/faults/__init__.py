"""Ways the server can be made to misbehave: planned, numbered, and named in every answer they strike.

Faults stand between the views and the wire; no view knows of them. A kind is one class in `kinds`,
or in `id_tokens`.
"""
