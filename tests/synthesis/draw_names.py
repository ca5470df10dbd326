"""Draws the name lists of fixtures/names from Faker; run by hand when the lists should change, never at run time.

    python tests/synthesis/draw_names.py        (needs the development dependencies)

It rewrites first.txt and last.txt. The other lists are written by hand. New lists mean new districts: every
prepared file and every expected digest changes with them.
"""

from __future__ import annotations

from pathlib import Path

from faker import Faker

NAMES = Path(__file__).resolve().parents[2] / "fixtures" / "names"
PLAIN = ("en_US", 260)
ACCENTED = (("es_MX", 18), ("fr_FR", 18), ("pt_BR", 14), ("de_DE", 12), ("pl_PL", 12), ("cs_CZ", 10), ("vi_VN", 8))


def drawn(locale: str, kind: str, count: int, *, accented: bool) -> list[str]:
    """So many different names of one locale; with `accented`, only such as no ASCII keyboard can type."""
    fake = Faker(locale)
    fake.seed_instance(20260817)
    found: dict[str, None] = {}
    for _ in range(count * 200):
        name = getattr(fake, kind)()
        if accented != name.isascii() and "." not in name:
            found[name] = None
        if len(found) == count:
            break
    return list(found)


def main() -> None:
    for kind in ("first_name", "last_name"):
        names = drawn(PLAIN[0], kind, PLAIN[1], accented=False)
        for locale, count in ACCENTED:
            names += drawn(locale, kind, count, accented=True)
        unique = sorted(dict.fromkeys(names))
        (NAMES / f"{kind.removesuffix('_name')}.txt").write_text("\n".join(unique) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
