"""Controls over a picture that changes with them: in a notebook to play with, and everywhere else as a still picture.

The controls are a browser's own inputs. ipywidgets' sliders have no name that a screen reader could read out, and can
be told none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from course_lib.viz import esm, twin


@dataclass(frozen=True)
class Slider:
    """A number to choose. name: as the view's argument is called; label: for people; unit stands behind the number."""

    name: str
    label: str
    low: float
    high: float
    value: float
    step: float = 1
    unit: str = ""


@dataclass(frozen=True)
class Choice:
    """One of some texts to choose."""

    name: str
    label: str
    options: tuple[str, ...]
    value: str


@dataclass(frozen=True)
class View:
    """What a setting of the controls shows. drawing: HTML; said: its numbers as a sentence, which stands above it and
    which a screen reader reads when it changes; alt: what the drawing shows, in words."""

    drawing: str
    said: str
    alt: str


Control = Slider | Choice


def widget(label: str, controls: Sequence[Control], view: Callable[..., View]) -> Any:
    """An anywidget: `view` is called with the controls' values by name, at first and whenever one of them is moved.

    Moved faster than the kernel draws, only the newest values reach it (Jupyter's widgets hold back what is sent while
    an answer is awaited).
    """
    values = {control.name: control.value for control in controls}
    first = asdict(view(**values))
    play = _kind()(
        label=label, controls=[{"kind": type(c).__name__, **asdict(c)} for c in controls], values=values,
        answered=values, **first,
    )  # fmt: skip

    def answer(change: Any) -> None:
        seen = view(**change["new"])
        with play.hold_sync():  # one message, not four
            play.drawing, play.said, play.alt, play.answered = seen.drawing, seen.said, seen.alt, change["new"]

    play.observe(answer, names="values")
    return play


def show(label: str, controls: Sequence[Control], view: Callable[..., View], png: bytes, alt: str) -> None:
    """Put the widget into the cell's output, with `png`, a picture of how it begins, as its static twin."""
    twin.show(widget(label, controls, view), png, alt)


@cache
def _kind() -> type:
    import anywidget
    import traitlets

    class Play(anywidget.AnyWidget):  # type: ignore[misc]
        _esm = esm.module("play", "node.js", "play.js")
        _css = esm.style("play.css")
        label = traitlets.Unicode().tag(sync=True)
        controls: Any = traitlets.List().tag(sync=True)
        values: Any = traitlets.Dict().tag(sync=True)
        answered: Any = traitlets.Dict().tag(sync=True)  # the values that the drawing is of
        drawing = traitlets.Unicode().tag(sync=True)
        said = traitlets.Unicode().tag(sync=True)
        alt = traitlets.Unicode().tag(sync=True)

    return Play
