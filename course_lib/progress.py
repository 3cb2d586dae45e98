"""How far a long piece of work is: one bar for the terminal and for Jupyter.

It shows only when the work has taken over two seconds, and only to a person: nothing is written when standard error is
not a terminal, or when COURSE_PROGRESS=off (notebooks that are run for their stored outputs).
"""

from __future__ import annotations

import operator
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Protocol, TypeVar

T = TypeVar("T")
SHOW_AFTER = 2.0  # seconds
REDRAW_EVERY = 0.2  # seconds
_drawing = threading.Lock()  # two bars in one place overwrite each other: the outer one wins


class _Bar(Protocol):
    def update(self, done: float, total: float | None, text: str) -> None: ...
    def close(self) -> None: ...


def progress(
    iterable: Iterable[T],
    label: str,
    total: float | None = None,
    *,
    unit: str = "",
    amount: Callable[[T], float] | None = None,
) -> Iterator[T]:
    """Yield the items of `iterable` and show how far it is, at what rate, and how long it still takes.

    total: how many there are, where `len` cannot tell. amount: how much one item counts (1 without it), in `unit`:
    `progress(chunks, "clip.mp4", total=2.8, unit="MB", amount=lambda chunk: len(chunk) / 1e6)`.
    """
    place = _place()
    if place == "nowhere" or not _drawing.acquire(blocking=False):
        yield from iterable
        return
    try:
        total = total if total is not None else operator.length_hint(iterable) or None
        bar: _Bar = _TerminalBar(label) if place == "terminal" else _NotebookBar(label)
        started, drawn, done = time.monotonic(), 0.0, 0.0
        try:
            for item in iterable:
                yield item
                done += amount(item) if amount else 1
                now = time.monotonic()
                if now - drawn >= REDRAW_EVERY:
                    bar.update(done, total, numbers(done, total, now - started, unit))
                    drawn = now
        finally:
            bar.close()
    finally:
        _drawing.release()


@contextmanager
def waiting(label: str) -> Iterator[None]:
    """Show that one step without a count is under way: `with waiting("loading pocket"): …`."""
    for _ in progress(iter([None]), label, total=0):
        yield


def numbers(done: float, total: float | None, seconds: float, unit: str = "") -> str:
    """ "12/40 · 3.1/s · 9 s left": as much of it as is known after `seconds` of work."""
    count = f"{done:.1f}" if unit else f"{done:g}"
    if total:
        count += f"/{total:.1f}" if unit else f"/{total:g}"
    parts = [f"{count} {unit}".rstrip()]
    if done and seconds > 0:
        rate = done / seconds
        slow = rate < 0.5 and not unit
        parts.append(f"{1 / rate:.1f} s each" if slow else f"{rate:.1f} {unit}/s".replace(" /", "/"))
        if total and total > done:
            parts.append(f"{_span((total - done) / rate)} left")
    return " · ".join(parts)


def _span(seconds: float) -> str:
    """9 s, 2 min 5 s, 3 h 10 min."""
    s = round(seconds)
    if s < 60:
        return f"{s} s"
    return f"{s // 60} min {s % 60} s" if s < 3600 else f"{s // 3600} h {s % 3600 // 60} min"


def _place() -> str:
    """Where a person would see a bar: "terminal", "notebook" or "nowhere"."""
    if os.environ.get("COURSE_PROGRESS") == "off":
        return "nowhere"
    ipython = sys.modules.get("IPython")  # never imported just to ask: that alone takes half a second
    shell = ipython.get_ipython() if ipython else None
    if shell is not None and type(shell).__name__ == "ZMQInteractiveShell":
        return "notebook"
    return "terminal" if sys.stderr is not None and sys.stderr.isatty() else "nowhere"


class _TerminalBar:
    """rich's bar, started by a timer so that it also shows while the very first item is being worked on."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._state: tuple[float, float | None, str] = (0.0, None, "")
        self._bar: _RichBar | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(SHOW_AFTER, self._show)
        self._timer.daemon = True
        self._timer.start()

    def _show(self) -> None:
        with self._lock:
            if self._timer.finished.is_set():  # closed while this waited for the lock
                return
            self._bar = _RichBar(self._label)
            self._bar.update(*self._state)

    def update(self, done: float, total: float | None, text: str) -> None:
        with self._lock:
            self._state = (done, total, text)
            if self._bar is not None:
                self._bar.update(done, total, text)

    def close(self) -> None:
        self._timer.cancel()
        with self._lock:
            if self._bar is not None:
                self._bar.close()


class _RichBar:
    def __init__(self, label: str) -> None:
        from rich.console import Console
        from rich.markup import escape as plain
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[text]}"))
        self._progress = Progress(
            *columns,
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=sys.stdout.isatty(),  # what is printed into a pipe must arrive there
        )
        self._task = self._progress.add_task(plain(label), total=None, text="")
        self._progress.start()

    def update(self, done: float, total: float | None, text: str) -> None:
        self._progress.update(self._task, completed=done, total=total or None, text=text)

    def close(self) -> None:
        self._progress.stop()


class _NotebookBar:
    """An HTML bar in the cell's output, emptied when the work is done."""

    def __init__(self, label: str) -> None:
        self._label, self._started = label, time.monotonic()
        self._shown = None

    def update(self, done: float, total: float | None, text: str) -> None:
        if time.monotonic() - self._started < SHOW_AFTER:
            return
        from IPython.display import HTML, display

        share = f'value="{done:g}" max="{total:g}"' if total else ""
        html = HTML(f"<label>{escape(self._label)} <progress {share}></progress> {escape(text)}</label>")
        if self._shown is None:
            self._shown = display(html, display_id=True)
        else:
            self._shown.update(html)

    def close(self) -> None:
        if self._shown is not None:
            from IPython.display import HTML

            self._shown.update(HTML(""))
