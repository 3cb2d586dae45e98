"""A real clip from its public address: resumed after a break, checked by sha256, and only then given its name."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from importlib.resources import files
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from course_lib.errors import CourseError
from course_lib.progress import progress

CHUNK = 64 * 1024  # bytes


class DownloadError(CourseError):
    """A file that could not be fetched, or came with other bytes than it should have."""


@dataclass(frozen=True)
class RemoteClip:
    """A clip that is not shipped. size in bytes; timeline is the name of its ground truth in course_lib/clips/."""

    file: str
    url: str
    size: int
    sha256: str
    timeline: str
    credit: str


REMOTE_CLIPS = {
    "car-detection": RemoteClip(
        file="car-detection.mp4",
        url="https://raw.githubusercontent.com/intel-iot-devkit/sample-videos/"
        "57978890822836f2b4743852f04f62fc511757e4/car-detection.mp4",
        size=2811553,
        sha256="d31e0ebf194cc16e50eea784e7c3b0b1bb7976a4fb9b3fec26cb92a6704cca34",
        timeline="car-detection.timeline.json",
        credit="intel-iot-devkit/sample-videos, CC-BY-4.0",
    )
}


def fetch_clip(name: str, folder: str | Path = ".") -> tuple[Path, Path]:
    """Put the clip `name` and its timeline into `folder`; return both paths. A clip already there whole is kept.

    Raises DownloadError for an unknown name, no network, or bytes that are not the expected ones.
    """
    if name not in REMOTE_CLIPS:
        raise DownloadError(f"{name!r} is no clip to download.", f"Choose one of: {', '.join(REMOTE_CLIPS)}.")
    clip = REMOTE_CLIPS[name]
    video = Path(folder) / clip.file
    fetch(clip.url, video, clip.size, clip.sha256)
    timeline = video.with_suffix(".timeline.json")
    timeline.write_bytes((files("course_lib") / "clips" / clip.timeline).read_bytes())
    return video, timeline


def fetch(url: str, path: Path, size: int, sha256: str, timeout: float = 20.0) -> None:
    """Bring `url` to `path`. What a broken attempt got stays in `path` + ".part" and is continued by the next one.

    size in bytes; timeout in seconds without a byte. `path` only ever holds the whole, checked file.
    Raises DownloadError.
    """
    if path.exists():
        if path.is_file() and path.stat().st_size == size and _sha256(path) == sha256:
            return
        raise DownloadError(f"{path} exists and is not this file.", "Move it away, or go to another folder.")
    part = path.with_name(path.name + ".part")
    have = part.stat().st_size if part.exists() else 0
    if have > size:
        part.unlink()
        have = 0
    if have < size:
        _append(url, part, have, size, timeout)
    if _sha256(part) != sha256:
        part.unlink()
        raise DownloadError(
            f"{url} gave other bytes than expected (sha256 differs).",
            "The partial file was removed: try once more, and if it stays so the file has changed there.",
        )
    part.replace(path)


def _append(url: str, part: Path, have: int, size: int, timeout: float) -> None:
    """Append bytes `have` to `size` of `url` to `part`; starts over where the server cannot continue."""
    request = Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urlopen(request, timeout=timeout) as answer:
            continued = have > 0 and answer.status == 206
            left = size - have if continued else size
            with part.open("ab" if continued else "wb") as file:
                chunks = _chunks(answer, left)
                for chunk in progress(chunks, part.stem, left / 1e6, unit="MB", amount=lambda c: len(c) / 1e6):
                    file.write(chunk)
    except HTTPError as problem:
        raise DownloadError(f"{url} answered {problem.code} {problem.reason}.", "Try again later.") from problem
    except (URLError, TimeoutError, ConnectionError, ssl.SSLError, HTTPException) as problem:
        reason = getattr(problem, "reason", None) or problem
        raise DownloadError(
            f"{url} could not be reached or broke off ({reason}).",
            "Check the network and run the same command again: it continues where it stopped.",
        ) from problem
    got = part.stat().st_size
    if got < size:
        raise DownloadError(
            f"{url} broke off after {got} of {size} bytes.", "Run the same command again: it continues there."
        )


def _chunks(answer: HTTPResponse, left: int) -> Iterator[bytes]:
    """At most `left` + 1 bytes, so that an endless answer cannot fill the disk and one too long is still noticed."""
    left += 1
    while left > 0 and (chunk := answer.read(min(CHUNK, left))):
        left -= len(chunk)
        yield chunk


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
