"""`course lab`: the notebooks in JupyterLab."""

from __future__ import annotations

from typing import Annotated

import typer


def lab(
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Exactly this one. [default: a free one from 8888]")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Or only print the address.")] = True,
) -> None:
    """Open the notebooks in JupyterLab.

    Your progress stands beside them. From any folder. Ctrl-C ends it.
    """
    from course_lib.lab.start import serve

    serve(port, browser, typer.echo)
