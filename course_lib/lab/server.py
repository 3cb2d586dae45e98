"""The part of the card that lives in Jupyter's server: it answers /course/progress with the card as JSON.

`course lab` switches it on for the server that it starts. No configuration file of Jupyter's is written.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    from jupyter_server.base.handlers import APIHandler
    from jupyter_server.utils import url_path_join
    from tornado import web

    from course_lib.errors import CourseError
    from course_lib.lab.card import card

    class Progress(APIHandler):
        @web.authenticated
        def get(self) -> None:
            try:
                self.finish(asdict(card()))
            except CourseError as problem:
                self.set_status(500)
                self.finish({"message": str(problem)})

    settings: dict[str, Any] = server.web_app.settings
    server.web_app.add_handlers(".*$", [(url_path_join(settings["base_url"], "course", "progress"), Progress)])
    # Nothing of the course needs JupyterLab to be built, so nobody is asked to build it.
    settings.setdefault("page_config_data", {})["buildCheck"] = False
