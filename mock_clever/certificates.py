"""A certificate for an app under test, from an authority of its own, so that it can be reached by https.

A production app registers https redirect URIs only (docs/identity-api). The authority is made for this one folder
and its key is thrown away: who trusts `ca.pem` trusts the one certificate beside it and nothing else, ever.
"""

from __future__ import annotations

from pathlib import Path

NAMES = ("localhost", "127.0.0.1", "::1")
CA, CERTIFICATE, KEY = "ca.pem", "server.pem", "server.key"


class CertificateError(Exception):
    """No certificate was written; the message says why and what to do."""


def write(folder: Path, names: tuple[str, ...] = ()) -> None:
    """Write `ca.pem`, to be trusted, and `server.pem` with `server.key`, to be served with, for these names too.

    The key is readable by its owner alone. Raises CertificateError, and OSError for a folder that cannot be.
    """
    import trustme  # it brings the whole of cryptography, which no other command needs

    if taken := [name for name in (CA, CERTIFICATE, KEY) if (folder / name).exists()]:
        raise CertificateError(f"{folder} already holds {', '.join(taken)}: remove them, or name another folder")
    authority = trustme.CA(organization_name="Mock Clever, for tests on this machine")
    try:
        issued = authority.issue_cert(*dict.fromkeys((*NAMES, *names)))
    except ValueError as wrong:
        raise CertificateError(f"{', '.join(names)}: not the name or address of a host ({wrong})") from None
    folder.mkdir(parents=True, exist_ok=True)
    (folder / KEY).touch(mode=0o600)
    issued.private_key_pem.write_to_path(folder / KEY)
    for blob in issued.cert_chain_pems:
        blob.write_to_path(folder / CERTIFICATE, append=True)
    authority.cert_pem.write_to_path(folder / CA)
