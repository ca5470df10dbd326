"""The QR code of a badge, drawn: what a camera reads from a screen or from paper (support 115005209686)."""

from __future__ import annotations

from io import BytesIO

from flask import Response


def drawn(text: str, title: str) -> Response:
    """This text as a QR code in SVG; `title` is what those hear who do not see it.

    A quarter of it may be worn off and it is still read, as badges are carried about.
    """
    import segno  # only when one is drawn: any start is quicker without

    svg = BytesIO()
    code = segno.make_qr(text, error="q")
    code.save(
        svg, kind="svg", light="#fff", title=title, xmldecl=False, svgclass=None, lineclass=None, omitsize=True
    )
    return Response(svg.getvalue(), mimetype="image/svg+xml")
