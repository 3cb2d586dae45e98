"""A page that needs nothing beside it."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape

from course_lib.viz.style import STYLE


def page(title: str, body: Iterable[str]) -> str:
    """The parts of `body` (HTML) under a title (plain text); empty parts are left out."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body><main>\n"
        + "\n".join(part for part in body if part)
        + "\n</main></body></html>\n"
    )


def picture(image: bytes, alt: str, kind: str = "png") -> str:
    """A PNG, or an image of another kind ("svg+xml"), inside the page, and what it shows in words."""
    src = f"data:image/{kind};base64,{base64.b64encode(image).decode()}"
    return f'<figure style="margin: .4rem 0"><img style="max-width: 100%" alt="{escape(alt)}" src="{src}"></figure>'
