"""A widget and its picture in one output: with a kernel one plays with it, everywhere else one sees it."""

from __future__ import annotations

from typing import Any


def show(widget: Any, png: bytes, alt: str) -> None:
    """Put `widget` into the cell's output, with its static twin: `png`, and `alt`, what it shows in words.

    JupyterLab and VS Code show the widget where it lives. GitHub, nbviewer, PDF, e-mail and a notebook that was opened
    and not run show the picture; a text terminal shows the words.
    """
    from base64 import b64encode

    from IPython.display import display

    made = widget._repr_mimebundle_()
    views = made[0] if isinstance(made, tuple) else made  # anywidget gives metadata with it, ipywidgets does not
    bundle = {**views, "image/png": b64encode(png).decode(), "text/plain": alt}
    display(bundle, metadata={"image/png": {"alt": alt}}, raw=True)
