"""What the published models need beside the package, and whether it works here."""

from __future__ import annotations

from importlib.util import find_spec

from course_lib.errors import ModelError

NEEDED = ("torchvision", "num2words")


def check() -> None:
    """Raises ModelError where something that their processors need is not installed, or does not import."""
    for module in NEEDED:
        if find_spec(module) is None:
            raise ModelError(f"{module} is not installed.", "In the repository: pip install -e '.[hub]'")
    check_torchvision()


def check_torchvision() -> None:
    """Raises ModelError where torchvision is installed and does not import: transformers then imports nothing either,
    not even what pocket needs."""
    if find_spec("torchvision") is None:
        return
    import torch

    try:
        import torchvision  # noqa: F401
    except Exception as problem:  # a mismatched build raises RuntimeError, OSError or AttributeError
        first = str(problem).strip().splitlines()[0]
        raise ModelError(
            f"torchvision does not import beside torch {torch.__version__} ({type(problem).__name__}: {first}).",
            "It was built for another torch: install the torchvision of that build, from where that torch came, "
            "or, for pocket alone, remove it: pip uninstall torchvision",
        ) from problem
