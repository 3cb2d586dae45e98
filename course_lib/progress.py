"""How far a long piece of work is: one bar for the terminal and for Jupyter.

It shows when the work has taken a second, so that nothing over two is silent, and only to a person: nothing is written
when standard error is not a terminal, when COURSE_PROGRESS=off (notebooks that are run for their stored outputs), and
by a process that another one started for a share of its work.
"""

from __future__ import annotations

import contextvars
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
SHOW_AFTER = 1.0  # seconds
REDRAW_EVERY = 0.2  # seconds
_drawing = threading.Lock()  # two bars in one place overwrite each other: the outer one wins
_waits: list[tuple[int, _DelayedBar]] = []  # the thread and the bar of a wait that is under way: see progress()


class _Bar(Protocol):
    def update(self, label: str, done: float, total: float | None, text: str) -> None: ...
    def close(self) -> None: ...


def progress(
    iterable: Iterable[T],
    label: str,
    total: float | None = None,
    *,
    unit: str = "",
    amount: Callable[[T], float] | None = None,
    at_once: bool = False,
) -> Iterator[T]:
    """Yield the items of `iterable` and show how far it is, at what rate, and how long it still takes.

    total: how many there are, where `len` cannot tell. amount: how much one item counts (1 without it), in `unit`:
    `progress(chunks, "clip.mp4", total=2.8, unit="MB", amount=lambda chunk: len(chunk) / 1e6)`. at_once: show it
    without delay, before work that lets no other thread run (the import of torch is such). Inside another
    `progress` it shows nothing; inside a `waiting` it shows in its place, since it knows more.
    """
    place = _place()
    if place == "nowhere":
        yield from iterable
        return
    total = total if total is not None else operator.length_hint(iterable) or None
    if not _drawing.acquire(blocking=False):
        mine = [bar for thread, bar in _waits if thread == threading.get_ident()]
        if mine and total:
            before = mine[0].state
            yield from _shown(iterable, label, total, unit, amount, mine[0])
            mine[0].update(*before)
        else:
            yield from iterable
        return
    try:
        first = (label, 0.0, total, numbers(0.0, total, 0.0, unit) if total else "")
        bar = _DelayedBar(first, _RichBar if place == "terminal" else _NotebookBar, at_once)
        if total == 0:
            _waits.append((threading.get_ident(), bar))
        try:
            yield from _shown(iterable, label, total, unit, amount, bar)
        finally:
            _waits.clear()
            bar.close()
    finally:
        _drawing.release()


def _shown(
    iterable: Iterable[T],
    label: str,
    total: float | None,
    unit: str,
    amount: Callable[[T], float] | None,
    bar: _DelayedBar,
) -> Iterator[T]:
    started, drawn, done = time.monotonic(), 0.0, 0.0
    if bar.state[0] != label:  # another's
        bar.update(label, done, total, numbers(done, total, 0.0, unit))
    for item in iterable:
        yield item
        done += amount(item) if amount else 1
        now = time.monotonic()
        if now - drawn >= REDRAW_EVERY and total != 0:
            bar.update(label, done, total, numbers(done, total, now - started, unit))
            drawn = now


@contextmanager
def waiting(label: str, at_once: bool = False) -> Iterator[None]:
    """Show that one step without a count is under way: `with waiting("loading pocket"): …`."""
    for _ in progress(iter([None]), label, total=0, at_once=at_once):
        yield


def numbers(done: float, total: float | None, seconds: float, unit: str = "") -> str:
    """ "12/40 · 3.1/s · 9 s left": as much of it as is known after `seconds` of work."""
    form = ".1f" if unit and not float(total or 0.5).is_integer() else "g"
    count = f"{done:{form}}"
    if total:
        count += f"/{total:{form}}"
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
    processes = sys.modules.get("multiprocessing.process")  # a process that another one started has loaded it
    if processes and processes.parent_process() is not None:
        return "nowhere"
    ipython = sys.modules.get("IPython")  # never imported just to ask: that alone takes half a second
    shell = ipython.get_ipython() if ipython else None
    if shell is not None and type(shell).__name__ == "ZMQInteractiveShell":
        return "notebook"
    return "terminal" if sys.stderr is not None and sys.stderr.isatty() else "nowhere"


class _DelayedBar:
    """A bar that a timer starts, so that it also shows while the very first item is being worked on."""

    def __init__(self, state: tuple[str, float, float | None, str], make: Callable[[], _Bar], at_once: bool) -> None:
        """state: what it shows at first, as `update` takes it."""
        self.state, self._make = state, make
        self._bar: _Bar | None = None
        self._lock = threading.Lock()
        # In a notebook, the context says which cell is running: what the timer shows belongs to it.
        self._timer = threading.Timer(SHOW_AFTER, contextvars.copy_context().run, (self._show,))
        self._timer.daemon = True
        if at_once:
            self._show()
        else:
            self._timer.start()

    def _show(self) -> None:
        with self._lock:
            if self._timer.finished.is_set():  # closed while this waited for the lock
                return
            self._bar = self._make()
            self._bar.update(*self.state)

    def update(self, label: str, done: float, total: float | None, text: str) -> None:
        with self._lock:
            self.state = (label, done, total, text)
            if self._bar is not None:
                self._bar.update(label, done, total, text)

    def close(self) -> None:
        self._timer.cancel()
        with self._lock:
            if self._bar is not None:
                self._bar.close()


class _RichBar:
    """In a terminal; it moves while nothing is counted, and says how long it has been there."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[text]}"))
        self._progress = Progress(
            *columns,
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=sys.stdout.isatty(),  # what is printed into a pipe must arrive there
        )
        self._task = self._progress.add_task("", total=None, text="")

    def update(self, label: str, done: float, total: float | None, text: str) -> None:
        from rich.markup import escape as plain

        self._progress.update(self._task, description=plain(label), completed=done, total=total or None, text=text)
        self._progress.start()  # once it has something to show; again, it does nothing

    def close(self) -> None:
        self._progress.stop()


class _NotebookBar:
    """An HTML bar in the cell's output, emptied when the work is done."""

    def __init__(self) -> None:
        self._shown = None

    def update(self, label: str, done: float, total: float | None, text: str) -> None:
        from IPython.display import HTML, display

        share = f'value="{done:g}" max="{total:g}"' if total else ""
        html = HTML(f"<label>{escape(label)} <progress {share}></progress> {escape(text)}</label>")
        if self._shown is None:
            self._shown = display(html, display_id=True)
        else:
            self._shown.update(html)

    def close(self) -> None:
        if self._shown is not None:
            from IPython.display import HTML

            self._shown.update(HTML(""))
