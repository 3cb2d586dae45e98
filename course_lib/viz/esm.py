"""The JavaScript of a widget: files of web/, in one ES module."""

from __future__ import annotations

from pathlib import Path

WEB = Path(__file__).parent / "web"


def module(start: str, *files: str) -> str:
    """One ES module of JavaScript files: `start` is the function among theirs that draws the widget and returns, with
    `close`, what ends it."""
    parts = [(WEB / name).read_text(encoding="utf-8") for name in files]
    return "\n".join([*parts, f"export default {{ render: (context) => {start}(context).close }};\n"])


def style(file: str) -> str:
    return (WEB / file).read_text(encoding="utf-8")
