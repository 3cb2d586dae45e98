"""A published model's files on this machine: what huggingface_hub's cache holds whole, else brought into it.

huggingface_hub names, lists and links the files. Their bytes are fetched here, because it throws away what came of a
file when the line breaks (1.31 and 2.4 do), and compares no checksums.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.errors import ModelError
from course_lib.progress import progress, waiting
from course_lib.zoo.hub_refusals import line, plainly

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ModelInfo

TAKEN = ["*.json", "*.safetensors", "*.txt", "*.jinja", "*.model"]  # vocab.json and merges.txt are among them
LEFT = "*/*"  # sub-folders hold other forms of the same model
WORDS = ("tokenizer.json", "vocab.json", "tokenizer.model")  # one of them
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"


@dataclass(frozen=True)
class RemoteFile:
    """A file of a repository. digest: sha256 of a large one, git's sha1 of another; the cache names it by that."""

    name: str
    size: int
    digest: str


def snapshot(repo: str, revision: str | None = None, remote_code: bool = False) -> Path:
    """The folder of the files of the model `repo` ("OWNER/NAME") at `revision` (a branch, tag or commit; None: main).

    A model that the cache holds whole is taken from there without a request. Else its safetensors, configuration and
    vocabulary are downloaded into the cache that transformers uses, each checked by its digest; with remote_code its
    Python files too. A download that broke off is continued.
    Raises ModelError: the hub unreachable, no such model or revision, gated, no safetensors, broken off, other bytes
    than stated, too little disk, or turned away by the hub.
    """
    from huggingface_hub import HfApi, constants, snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError, OfflineModeIsEnabled
    from huggingface_hub.utils import disable_progress_bars

    # huggingface_hub reads its variables when it is imported; here they count when a model is asked for.
    env, revision, cache = os.environ, revision or constants.DEFAULT_REVISION, _cache()
    endpoint = (env.get("HF_ENDPOINT") or constants.ENDPOINT).rstrip("/")
    patterns = [*TAKEN, "*.py"] if remote_code else TAKEN
    at: dict[str, Any] = {"cache_dir": cache, "allow_patterns": patterns, "ignore_patterns": LEFT}
    with plainly(repo, revision, endpoint, cache), disable_progress_bars():
        try:
            folder = Path(snapshot_download(repo, revision=revision, local_files_only=True, **at))
            if _whole(folder, remote_code):
                return folder
        except LocalEntryNotFoundError:
            pass
        if offline():
            raise OfflineModeIsEnabled("HF_HUB_OFFLINE is set")
        timeout = constants.HF_HUB_DOWNLOAD_TIMEOUT
        with waiting(f"asking for {repo}"):
            info = HfApi(endpoint).model_info(repo, revision=revision, files_metadata=True, timeout=timeout)
        files = _files(repo, info, patterns)
        store = _download(repo, str(info.sha), files, endpoint, cache)
        at["allow_patterns"] = [glob.escape(f.name) for f in files]
        folder = Path(snapshot_download(repo, revision=info.sha, endpoint=endpoint, **at))  # the bytes get their names
        if revision != info.sha:  # only now: until this one is whole, an older whole one is to be found by its name
            ref = store / "refs" / revision
            ref.parent.mkdir(parents=True, exist_ok=True)
            ref.write_text(str(info.sha))
    if not _whole(folder, remote_code):
        raise ModelError(f"{repo} is not whole on the hub: files that it names are not there.", "Give another model.")
    return folder


def cached(repo: str, revision: str | None = None) -> Path | None:
    """The folder of a model that this machine holds whole; None for one that it does not. No request is made."""
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(repo, "config.json", cache_dir=_cache(), revision=revision)
    folder = Path(config).parent if isinstance(config, str) else None
    return folder if folder is not None and _whole(folder, remote_code=False) else None


def offline() -> bool:
    """Whether the user said that the hub is not to be asked (HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE)."""
    from huggingface_hub import constants

    said = os.environ.get("HF_HUB_OFFLINE") or os.environ.get("TRANSFORMERS_OFFLINE") or ""
    return said.upper() in ("1", "ON", "YES", "TRUE") or bool(constants.is_offline_mode())


def _cache() -> Path:
    from huggingface_hub import constants

    home = os.environ.get("HF_HOME")
    named = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE") or (home and f"{home}/hub")
    return Path(os.path.expandvars(named or constants.HF_HUB_CACHE)).expanduser().resolve()


def _whole(folder: Path, remote_code: bool) -> bool:
    """config.json, a tokenizer, all the weights and, with remote_code, the Python files that it names are there."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        index = folder / INDEX
        names = set(json.loads(index.read_text())["weight_map"].values()) if index.is_file() else {WEIGHTS}
        if remote_code:
            classes = re.findall(r'"(\w+)\.\w+"', json.dumps(config.get("auto_map")))  # not those of other repositories
            names |= {f"{module}.py" for module in classes}
        words = any((folder / name).is_file() for name in WORDS)
        return words and all((folder / name).is_file() for name in names)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _files(repo: str, info: ModelInfo, patterns: list[str]) -> list[RemoteFile]:
    """Those of the repository's files that are wanted."""
    from huggingface_hub.utils import filter_repo_objects

    names = {s.rfilename for s in info.siblings or []}
    if not names & {WEIGHTS, INDEX}:
        others = sorted(n for n in names if re.search(r"\.(bin|pth?|msgpack|h5|onnx|gguf|safetensors)$", n))
        raise ModelError(
            f"{repo} has no {WEIGHTS} ({', '.join(others[:3]) or 'no weights at all'}).",
            "Only safetensors are loaded, because .bin files are pickles that can run code: "
            "give a repository or a revision that has them.",
        )
    files = []
    for s in info.siblings or []:
        if any(filter_repo_objects([s.rfilename], allow_patterns=patterns, ignore_patterns=LEFT)):
            size, digest = (s.lfs.size, s.lfs.sha256) if s.lfs else (s.size, s.blob_id)
            if size is None or not re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", digest or ""):
                raise ValueError(f"no size and digest of {s.rfilename}")
            files.append(RemoteFile(s.rfilename, size, str(digest)))
    if not re.fullmatch("[0-9a-f]{40}", info.sha or ""):
        raise ValueError("no commit")
    return files


def _download(repo: str, commit: str, files: list[RemoteFile], endpoint: str, cache: Path) -> Path:
    """Bring those of `files` that the cache lacks into its folder of `repo`; return that folder."""
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import are_symlinks_supported, repo_folder_name

    store = cache / repo_folder_name(repo_id=repo, repo_type="model")
    links, jobs, left = are_symlinks_supported(cache), [], 0
    for file in files:
        blob, named = store / "blobs" / file.digest, store / "snapshots" / commit / file.name
        if file.size not in (_size(blob), _size(named)):
            path = blob if links else named
            jobs.append((file, hf_hub_url(repo, file.name, revision=commit, endpoint=endpoint), path))
            left += file.size - max(0, _size(_part(path)))
    locks = cache / ".locks" / store.name
    locks.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(cache).free
    if free < left:
        raise ModelError(
            f"{repo} needs {left / 1e9:.1f} GB in {cache}, and {free / 1e9:.1f} GB are free there.",
            "Make room, or set HF_HOME to a folder on another disk.",
        )
    chunks = (n for file, url, path in jobs for n in _bring(repo, file, url, path, locks / f"{file.digest}.lock"))
    for _ in progress(chunks, repo, left / 1e6, unit="MB", amount=lambda n: n / 1e6):
        pass
    return store


def _bring(repo: str, file: RemoteFile, url: str, path: Path, lock: Path) -> Iterator[int]:
    """Put `file` at `path`, going on where a broken download stopped; yield how many bytes came, again and again."""
    from huggingface_hub.errors import HfHubHTTPError, HTTPError  # the latter is that of the http library below it
    from huggingface_hub.utils import WeakFileLock

    part = _part(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with WeakFileLock(lock):
        if _size(path) == file.size:
            return  # another process brought it meanwhile
        had, reason = -2, "the line was closed"
        while (have := _size(part)) < file.size:
            if have <= had:  # as long as more comes with each try, it is tried again
                came = f"{max(0, have) / 1e6:.1f} of {file.size / 1e6:.1f} MB of {file.name} ({reason})"
                again = "Run the same command again: it goes on from there."
                raise ModelError(f"The download of {repo} broke off after {came}.", again)
            had = have
            try:
                yield from _append(url, part, max(0, have), file.size)
            except HTTPError as problem:
                if isinstance(problem, HfHubHTTPError):
                    raise
                reason = line(problem)
        if _digest(part, file.digest) != file.digest:
            part.unlink()
            raise ModelError(
                f"{file.name} of {repo} came with other bytes than the hub states (its digest differs).",
                "It was removed: run the same command again; if it stays so, do not use what that address gives.",
            )
        part.replace(path)


def _append(url: str, part: Path, have: int, size: int) -> Iterator[int]:
    """Append bytes `have` to `size` of `url` to `part`; starts over where the server cannot continue."""
    from huggingface_hub import constants
    from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

    headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with get_session().stream("GET", url, headers=headers, timeout=constants.HF_HUB_DOWNLOAD_TIMEOUT) as answer:
        hf_raise_for_status(answer)
        have = have if answer.status_code == 206 else 0
        with part.open("ab" if have else "wb") as out:
            for chunk in answer.iter_bytes():
                out.write(chunk)
                have += len(chunk)
                yield len(chunk)
                if have > size:  # an endless answer must not fill the disk
                    return


def _part(path: Path) -> Path:
    return path.with_name(path.name + ".incomplete")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def _digest(path: Path, like: str) -> str:
    """sha256 of the bytes, or git's sha1, which counts a header in: as long as `like` is."""
    digest = hashlib.sha256() if len(like) == 64 else hashlib.sha1(b"blob %d\0" % _size(path), usedforsecurity=False)
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: digest).hexdigest()
