"""Is this machine ready? Each check tries the thing itself and, where it fails, says how to mend it."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from course_lib.progress import progress

State = Literal["ok", "fail", "absent"]
GIB = 1024**3
DISK_NEEDED = 2 * GIB  # bytes: notebooks, clips and a training run
HUB_TIMEOUT = 3  # seconds
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "firefox")


@dataclass(frozen=True)
class Check:
    """What was found. state: ok; fail (something required, `fix` mends it); absent (optional, `fix` says what for)."""

    name: str
    state: State
    found: str
    fix: str = ""


def examine() -> list[Check]:
    """Run every check; a check that breaks is itself a failure and stops no other."""
    checks = (python, torch, codecs, disk, hub, torchvision, browser, sandbox)
    return [_attempt(check) for check in progress(checks, "checking", at_once="torch" not in sys.modules)]


def _attempt(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as problem:  # whatever is broken on this machine is what the doctor is asked to report
        reason = f"{type(problem).__name__}: {problem}".splitlines()[0]
        return Check(check.__name__, "fail", reason, "Install again: make clean, then make demo.")


def python(version: tuple[int, ...] = sys.version_info[:3]) -> Check:
    number = ".".join(map(str, version))
    if version < (3, 11):
        return Check("python", "fail", number, "Install Python 3.11 or newer, then: make clean && make demo PYTHON=…")
    return Check("python", "ok", number)


def torch() -> Check:
    """torch computes on the device that it says it has."""
    import torch as t

    device = "cuda" if t.cuda.is_available() else "cpu"
    total = float((t.ones(8, 8, device=device) @ t.ones(8, 8, device=device)).sum())
    if total != 512:
        return Check("torch", "fail", f"{t.__version__} on {device} sums 512 to {total:g}.", "Install torch again.")
    if device == "cpu":
        return Check("torch", "ok", f"{t.__version__} on the CPU ({os.cpu_count()} cores)")
    memory = t.cuda.get_device_properties(0).total_memory / GIB
    return Check("torch", "ok", f"{t.__version__} on {t.cuda.get_device_name(0)} ({memory:.0f} GiB)")


def codecs() -> Check:
    """A frame goes through the H.264 encoder into an mp4 file and comes back."""
    import av
    import numpy as np

    grey = np.full((64, 64, 3), 128, np.uint8)  # [H, W, 3]
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "one-frame.mp4")
        with av.open(path, "w") as out:
            stream = out.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
            for packet in (*stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")), *stream.encode()):
                out.mux(packet)
        with av.open(path) as back:
            frame = next(back.decode(video=0)).to_ndarray(format="rgb24")
    off = int(np.abs(frame.astype(int) - 128).max())
    if off > 8:
        return Check("codecs", "fail", f"H.264 comes back {off} levels off.", "Install PyAV again: pip install -U av")
    return Check("codecs", "ok", f"H.264 written and read (PyAV {av.__version__})")


def disk(folder: Path | None = None) -> Check:
    folder = folder or Path.cwd()
    free = shutil.disk_usage(folder).free
    if free < DISK_NEEDED:
        return Check("disk", "fail", f"{free / GIB:.1f} GiB free here.", f"Free {DISK_NEEDED / GIB:.0f} GiB.")
    if not os.access(folder, os.W_OK):
        return Check("disk", "fail", f"{folder} cannot be written to.", "Work in a folder of your own.")
    return Check("disk", "ok", f"{free / GIB:.0f} GiB free here")


def hub() -> Check:
    """The model hub answers. pocket is in the repository and needs none of it."""
    why = "Needed only to download the published models; pocket works without."
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
        return Check("hub", "absent", "HF_HUB_OFFLINE is set.", why)
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    address = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    try:
        with urlopen(Request(address, method="HEAD"), timeout=HUB_TIMEOUT):
            pass
    except HTTPError as problem:
        if problem.code >= 500:
            return Check("hub", "absent", f"{address} answers {problem.code}.", why)
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "reason", None) or problem
        return Check("hub", "absent", f"{address} cannot be reached ({reason}).", why)
    return Check("hub", "ok", f"{address} answers")


def torchvision() -> Check:
    """torchvision imports: built for another torch, it is there and yet breaks."""
    why = "Needed only by the published models; pocket works without. In the repository: pip install -e '.[hub]'"
    if find_spec("torchvision") is None:
        return Check("torchvision", "absent", "not installed.", why)
    from course_lib.errors import CourseError
    from course_lib.zoo.extras import check_torchvision

    try:
        check_torchvision()
    except CourseError as problem:
        return Check("torchvision", "fail", problem.what.removeprefix("torchvision "), problem.fix)
    import torchvision as tv

    return Check("torchvision", "ok", tv.__version__)


def browser() -> Check:
    """A browser for JupyterLab, as a command or as this desktop's default."""
    import webbrowser

    for name in BROWSERS:
        if path := shutil.which(name):
            return Check("browser", "ok", path)
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        why = "JupyterLab then prints an address to open in a browser elsewhere."
        return Check("browser", "absent", "none found on this machine.", why)
    return Check("browser", "ok", getattr(found, "name", type(found).__name__))


def sandbox() -> Check:
    """A sandbox starts, and a cell runs in it: being installed is not enough where the kernel forbids namespaces."""
    why = "Needed only to grade other people's notebooks."
    from course_lib.grade.sandbox import Sandbox, SandboxError, bubblewrap

    try:
        with Sandbox() as started, started.open() as session:
            session.deadline(10)
            failed = session.run([("cell", "import torch; assert torch.ones(2).sum() == 2")])
    except SandboxError as problem:
        return Check("sandbox", "absent", problem.what, f"{why} {problem.fix}")
    if failed:
        return Check("sandbox", "fail", f"A cell fails in it: {failed['cell']}", why)
    return Check("sandbox", "ok", f"{bubblewrap()} contains a notebook")
