"""Puts torchvision within reach of the published models' processors.

Beside a CPU build of torch lies the torchvision of the CUDA build, in a folder of its own: it imports once the two
operators that its compiled part would have declared are declared. transformers looks for it once a process, so it is
brought in before any test; and its folder does not stay on the path, which the processes that tests start inherit.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

SIDE_FOLDER = Path(sys.prefix) / "hub"


def reach_torchvision() -> None:
    import torch

    if find_spec("torchvision") is not None or not SIDE_FOLDER.is_dir():
        return
    sys.path.append(str(SIDE_FOLDER))
    try:
        import torchvision
    except RuntimeError:
        for name in [n for n in sys.modules if n.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "FRAGMENT")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        reach_torchvision.library = library  # what is declared goes when its Library goes
        import torchvision  # noqa: F401
    from transformers.utils import is_torchvision_available

    assert is_torchvision_available()
    sys.path.remove(str(SIDE_FOLDER))


reach_torchvision()
