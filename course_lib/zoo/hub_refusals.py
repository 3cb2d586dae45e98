"""What the model hub refuses, in words: what was wrong, and what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from course_lib.errors import ModelError


def line(said: object) -> str:
    return " ".join(str(said).split()) or type(said).__name__


@contextmanager
def plainly(repo: str, revision: str, endpoint: str, cache: Path) -> Iterator[None]:
    """What huggingface_hub raises, as a ModelError."""
    from huggingface_hub.errors import HTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    try:
        yield
    except (HTTPError, OSError, ValueError, KeyError, TypeError) as problem:
        cause: Any = problem
        while isinstance(cause, LocalEntryNotFoundError) and cause.__cause__:
            cause = cause.__cause__
        if hasattr(cause, "response"):
            what, fix = _refused(repo, revision, cause)
        elif isinstance(cause, HTTPError | OfflineModeIsEnabled):
            what = f"{repo} is not whole in the cache, and the model hub {endpoint} cannot be reached ({line(cause)})."
            fix = "Connect and run it again, or take the model that is shipped: pocket."
        elif isinstance(cause, OSError) and cause.errno:
            full = cause.errno == errno.ENOSPC
            what = f"{repo} cannot be stored in {cache} ({'the disk is full' if full else line(cause)})."
            fix = "Make room, or set HF_HOME to a folder on another disk."
        else:
            what = f"{endpoint} does not answer for {repo!r} as a model hub does ({line(cause)})."
            fix = "Give OWNER/NAME as it stands on the hub, and look at HF_ENDPOINT and HF_TOKEN where they are set."
        raise ModelError(what, fix) from problem


def _refused(repo: str, revision: str, problem: Any) -> tuple[str, str]:
    """What was wrong and what to do, where the hub answered with a number of 400 or more."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    status, after = problem.response.status_code, problem.response.headers.get("Retry-After", "")
    if isinstance(problem, GatedRepoError):
        what = f"{repo} is gated: only who accepted its terms may load it."
        fix = f"Accept them at https://huggingface.co/{repo} and run `hf auth login`, then this again."
    elif isinstance(problem, RevisionNotFoundError):
        what = f"{repo} has no revision {revision!r}."
        fix = "Give a branch, tag or commit that it has."
    elif isinstance(problem, RepositoryNotFoundError):
        what = f"The model hub has no {repo}, or it is private."
        fix = "Check the name; a private one needs a token: run `hf auth login` or set HF_TOKEN."
    elif status == 429:
        wait = f"{after} seconds" if after.isdigit() else "some minutes"
        what = f"The model hub does not give {repo} now: too many requests (429)."
        fix = f"Wait {wait} and run the same command again; with a token (`hf auth login`) more are allowed."
    elif status >= 500:
        what = f"The model hub has a fault of its own and does not give {repo} ({status})."
        fix = "Run the same command again later."
    else:
        what = f"The model hub refuses {repo} ({status}: {line(problem.server_message or 'no reason given')})."
        fix = "If a token is set, it must be valid and may need the right to read this: run `hf auth login`."
    return what, fix
