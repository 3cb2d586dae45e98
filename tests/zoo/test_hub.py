"""A published model's files from a hub that runs on this machine: what is asked for, kept, turned away and said."""

from __future__ import annotations

import errno
import importlib.resources
import json
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from huggingface_hub import _tree_cache, constants, snapshot_download
from huggingface_hub.utils import close_session

from course_lib.cli import main
from course_lib.errors import ModelError
from course_lib.zoo import hub as ours
from course_lib.zoo.hub import cached, offline, snapshot
from tests.zoo import tiny
from tests.zoo.hub_server import COMMIT, Hub, Refusal

SIZE = 300_000  # bytes: some chunks
WEIGHTS = random.Random(0).randbytes(SIZE)
CONFIG = {"model_type": "video", "auto_map": {"AutoModel": "modeling_video.Video", "AutoConfig": "other/x--conf.C"}}
FILES = {
    "config.json": json.dumps(CONFIG).encode(),
    "tokenizer.json": b'{"version": "1.0"}' * 50,
    "merges.txt": b"a b\n",
    "vocab.json": b"{}",
    "chat_template.jinja": b"{{ messages }}",
    "tokenizer.model": b"sentences",
    "notes[1].txt": b"a name that is no pattern",
    "empty.txt": b"",
    "model.safetensors": WEIGHTS,
}
CODE = {"modeling_video.py": b"from .parts import *\n", "parts.py": b"print('ran')\n"}
OTHERS = {
    "README.md": b"# A model",
    ".gitattributes": b"",
    "pytorch_model.bin": b"pickle",
    "model.gguf": b"gguf",
    "clip.mp4": b"clip",
    "onnx/config.json": b"{}",
    "onnx/model.safetensors": b"weights",
}
LOOPBACK = {"127.0.0.1", "localhost", b"127.0.0.1"}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, cache: Path) -> Iterator[None]:
    """A fresh cache, no token and no settings of the machine; a name that is not this machine's is an error."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN", "HF_HOME", "HUGGINGFACE_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)  # which would ask huggingface.co who runs this
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(cache / "no token"))
    outside: list[object] = []
    lookup = socket.getaddrinfo

    def local(host: object, *args: object, **options: object) -> object:
        if host not in LOOPBACK:
            outside.append(host)
            raise OSError(f"{host!r} is not this machine")
        return lookup(host, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", local)
    close_session()
    yield
    close_session()
    assert outside == []


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub({**FILES, **CODE, **OTHERS}).serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


def names(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}


def refused(match: str, repo: str = "owner/model", **options: object) -> ModelError:
    """Ask for the model and give the error, which must be one line that names the model."""
    with pytest.raises(ModelError, match=match) as caught:
        snapshot(repo, **options)  # type: ignore[arg-type]
    assert type(caught.value) is ModelError and "\n" not in str(caught.value)
    assert repo in caught.value.what and caught.value.fix
    return caught.value


def partial(cache: Path) -> list[int]:
    return [p.stat().st_size for p in cache.rglob("*.incomplete")]


def test_a_model_comes_with_its_weights_configuration_and_vocabulary_and_nothing_else(hub: Hub) -> None:
    folder = snapshot("owner/model")
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == FILES
    assert {a.path.split("/main/")[-1].split(f"/{COMMIT}/")[-1] for a in hub.asked if "/resolve/" in a.path} == {*FILES}
    assert hub.sent == {name: len(data) for name, data in FILES.items()}


def test_the_second_call_makes_no_request_at_all(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = snapshot("owner/model")
    hub.asked.clear()
    assert snapshot("owner/model") == snapshot("owner/model", "main") == snapshot("owner/model", COMMIT) == folder
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert snapshot("owner/model") == folder
    assert hub.asked == []


def test_what_was_brought_is_huggingface_hubs_own_cache(hub: Hub, cache: Path) -> None:
    folder = snapshot("owner/model", "v1")
    hub.asked.clear()
    kept = [n for n in FILES if n != "empty.txt"]
    theirs = snapshot_download(
        "owner/model", revision="v1", cache_dir=cache, local_files_only=True, allow_patterns=kept
    )
    assert Path(theirs) == folder
    assert snapshot_download("owner/model", revision=COMMIT, endpoint=hub.url, cache_dir=cache, allow_patterns=kept)
    assert not [a for a in hub.asked if a.method == "GET"]
    assert not list(cache.rglob("*.incomplete")) and not list(folder.parent.parent.glob("refs/main"))


def test_what_huggingface_hub_brought_is_taken_without_a_request(hub: Hub, cache: Path) -> None:
    theirs = snapshot_download("owner/model", endpoint=hub.url, cache_dir=cache)
    hub.asked.clear()
    assert snapshot("owner/model", remote_code=True) == Path(theirs)
    assert hub.asked == []


def test_its_code_is_fetched_only_when_asked_for_and_the_weights_not_again(hub: Hub) -> None:
    snapshot("owner/model")
    folder = snapshot("owner/model", remote_code=True)
    assert names(folder) == {*FILES, *CODE}
    assert hub.sent["model.safetensors"] == SIZE and len(hub.gets("model.safetensors")) == 1
    hub.asked.clear()
    assert snapshot("owner/model", remote_code=True) == folder and hub.asked == []


def test_without_a_listing_the_code_that_the_configuration_names_must_be_there(hub: Hub, cache: Path) -> None:
    snapshot("owner/model")
    shutil.rmtree(next(cache.glob("models--*/trees")))
    _tree_cache._IN_MEMORY_TREE_CACHE.clear()
    assert names(snapshot("owner/model", remote_code=True)) == {*FILES, *CODE}


def test_a_model_in_parts_is_whole_only_with_all_of_them(hub: Hub, cache: Path) -> None:
    parts = {f"model-0000{i}-of-00002.safetensors": WEIGHTS[: SIZE // i] for i in (1, 2)}
    del hub.files["model.safetensors"]
    hub.files |= {**parts, "model.safetensors.index.json": json.dumps({"weight_map": dict(zip("ab", parts))}).encode()}
    folder = snapshot("owner/model")
    assert {*parts} < names(folder)
    lost = folder / next(iter(parts))
    lost.resolve().unlink()
    refs = next(cache.glob("models--*/refs/main"))
    assert refs.read_text() == COMMIT
    assert snapshot("owner/model") == folder
    assert lost.read_bytes() == WEIGHTS
    assert [len(hub.gets(name)) for name in parts] == [2, 1]


@pytest.mark.parametrize("keep_ref", [True, False])
def test_weights_without_a_configuration_are_not_whole(hub: Hub, cache: Path, keep_ref: bool) -> None:
    folder = snapshot("owner/model")
    (folder / "config.json").unlink()
    if not keep_ref:
        shutil.rmtree(folder.parents[1] / "refs")
    assert snapshot("owner/model") == folder
    assert (folder / "config.json").read_bytes() == FILES["config.json"]


def test_a_download_that_breaks_off_goes_on_with_the_next_call_where_it_stopped(hub: Hub, cache: Path) -> None:
    hub.cut["model.safetensors"] = 200_000
    error = refused(r"broke off after 0\.2 of 0\.3 MB of model\.safetensors")
    assert "goes on from there" in error.fix
    assert partial(cache) == [200_000] and not list(cache.glob("models--*/refs/*"))
    hub.cut.clear()
    hub.asked.clear()
    folder = snapshot("owner/model")
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert [a.range for a in hub.gets("model.safetensors")] == ["bytes=200000-"]
    assert hub.sent["model.safetensors"] == SIZE  # in both calls together
    assert partial(cache) == []


def test_a_line_that_breaks_is_taken_up_at_once_as_long_as_more_comes(hub: Hub) -> None:
    hub.at_most["model.safetensors"] = 70_000
    assert (snapshot("owner/model") / "model.safetensors").read_bytes() == WEIGHTS
    asked = [a.range for a in hub.gets("model.safetensors")]
    assert asked == [None, "bytes=70000-", "bytes=140000-", "bytes=210000-", "bytes=280000-"]
    assert hub.sent["model.safetensors"] == SIZE


def test_a_line_on_which_nothing_comes_is_given_up(hub: Hub, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.2)
    hub.cut["model.safetensors"] = 100_000
    hub.silent.add("model.safetensors")
    refused(r"broke off after 0\.1 of 0\.3 MB .*timed out")
    assert partial(cache) == [100_000]


def test_a_server_that_cannot_continue_gives_the_file_from_its_start(hub: Hub) -> None:
    hub.ranges = False
    hub.cut["model.safetensors"] = 200_000
    refused("broke off after 0.2 of 0.3 MB")
    hub.cut.clear()
    assert (snapshot("owner/model") / "model.safetensors").read_bytes() == WEIGHTS


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
@pytest.mark.parametrize("more", [b"", b"and more"])
def test_other_bytes_than_stated_are_turned_away_and_fetched_anew(
    hub: Hub, cache: Path, name: str, more: bytes
) -> None:
    hub.spoiled[name] = b"?" + FILES[name][1:] + more
    error = refused(f"{name} of owner/model came with other bytes")
    assert "removed" in error.fix and partial(cache) == []
    assert not [p for p in cache.rglob("blobs/*") if p.read_bytes()[:1] == b"?"]
    hub.spoiled.clear()
    assert (snapshot("owner/model") / name).read_bytes() == FILES[name]
    assert [a.range for a in hub.gets(name)] == [None, None]


def test_a_part_that_went_wrong_is_not_continued_for_ever(hub: Hub, cache: Path) -> None:
    hub.cut["model.safetensors"] = 100_000
    refused("broke off")
    (part,) = cache.rglob("*.incomplete")
    part.write_bytes(b"?" * 100_000)
    hub.cut.clear()
    refused("came with other bytes")
    assert (snapshot("owner/model") / "model.safetensors").read_bytes() == WEIGHTS


def test_an_answer_without_an_end_does_not_fill_the_disk(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[int] = []
    monkeypatch.setattr(ours, "progress", lambda items, *_, **__: came.__iadd__(items))
    hub.spoiled["model.safetensors"] = WEIGHTS * 30
    refused("came with other bytes")
    assert SIZE < sum(came) < 2 * SIZE


@pytest.mark.parametrize("where", ["api", "config.json", "model.safetensors"])
@pytest.mark.parametrize("status", [401, 403])
def test_a_gated_model_says_where_to_accept_its_terms(hub: Hub, where: str, status: int) -> None:
    hub.refusals[where] = Refusal(status, "GatedRepo")
    error = refused("owner/model is gated")
    assert "https://huggingface.co/owner/model" in error.fix and "`hf auth login`" in error.fix


def test_a_model_that_is_not_there_may_be_a_private_one(hub: Hub) -> None:
    error = refused("has no owner/other, or it is private", "owner/other")
    assert "token" in error.fix and "hf auth login" in error.fix
    hub.refusals["api"] = Refusal(401, "RepoNotFound")
    refused("has no owner/model, or it is private")


def test_a_revision_that_is_not_there_is_named(hub: Hub) -> None:
    refused(r"owner/model has no revision 'v9'", revision="v9")


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_not_taken_is_said(hub: Hub, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    hub.refusals["api"] = Refusal(status)
    error = refused(f"refuses owner/model .{status}")
    assert "token" in error.fix and "hf_secret" not in str(error)


@pytest.mark.parametrize("where", ["api", "config.json", "model.safetensors"])
@pytest.mark.parametrize(
    ("refusal", "what", "fix"),
    [
        (Refusal(429), r"too many requests \(429\)", "Wait some minutes"),
        (Refusal(429, retry_after="120"), r"too many requests \(429\)", "Wait 120 seconds"),
        (Refusal(500), r"a fault of its own .*\(500\)", "again later"),
        (Refusal(503), r"a fault of its own .*\(503\)", "again later"),
    ],
)
def test_a_hub_that_cannot_serve_now_is_told_from_one_that_is_not_there(
    hub: Hub, where: str, refusal: Refusal, what: str, fix: str
) -> None:
    hub.refusals[where] = refusal
    assert fix in refused(what).fix


def test_a_hub_that_fails_after_the_bytes_came_is_told_in_the_same_words(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)  # huggingface_hub tries again after a while
    hub.refusals["HEAD"] = Refusal(503)
    refused(r"a fault of its own .*\(503\)")
    hub.refusals["HEAD"] = Refusal(200)  # and nothing about the file: no hub
    refused("does not answer for 'owner/model' as a model hub does")
    hub.refusals.clear()
    assert snapshot("owner/model") and hub.sent["model.safetensors"] == SIZE


def test_a_file_that_is_listed_and_gone_is_an_error(hub: Hub) -> None:
    hub.refusals["merges.txt"] = Refusal(404, "EntryNotFound")
    refused("refuses owner/model .404")


def test_without_a_network_the_shipped_model_is_named_and_not_taken() -> None:
    error = refused(r"hub http://127\.0\.0\.1:9 cannot be reached .*refused")
    assert error.fix == "Connect and run it again, or take the model that is shipped: pocket."


@pytest.mark.parametrize("name", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_offline_nothing_is_asked(hub: Hub, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "1")
    error = refused(r"owner/model is not whole in the cache.*HF_HUB_OFFLINE is set")
    assert "pocket" in error.fix and hub.asked == []


def test_offline_a_half_model_is_not_taken_for_a_whole_one(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = snapshot("owner/model")
    (folder / "tokenizer.json").unlink()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    refused("owner/model is not whole in the cache")


@pytest.mark.parametrize("weights", ["pytorch_model.bin", "model.gguf", "consolidated.safetensors"])
def test_a_model_without_safetensors_is_not_loaded_and_it_is_said_why(hub: Hub, cache: Path, weights: str) -> None:
    hub.files = {"config.json": b"{}", weights: b"weights"}
    error = refused(rf"has no model\.safetensors \({weights}\)")
    assert ".bin files are pickles that can run code" in error.fix
    hub.files = {"config.json": b"{}"}
    refused("no weights at all")
    assert not [a for a in hub.asked if "/resolve/" in a.path]


def test_a_model_that_lacks_a_part_on_the_hub_itself_is_said_to(hub: Hub) -> None:
    hub.files["model.safetensors.index.json"] = json.dumps({"weight_map": {"a": "model-9.safetensors"}}).encode()
    refused("owner/model is not whole on the hub")


def test_too_little_disk_is_said_before_anything_comes(hub: Hub, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.cut["model.safetensors"] = 200_000
    refused("broke off")
    before = hub.sent["model.safetensors"]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=99_000))
    error = refused(r"needs 0\.0 GB in .*, and 0\.0 GB are free")
    assert "HF_HOME" in error.fix and str(cache) in error.what
    assert hub.sent["model.safetensors"] == before
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=101_000))  # 100,000 bytes are left to come
    hub.cut.clear()
    assert snapshot("owner/model")


def test_a_disk_that_fills_up_all_the_same_is_said(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Iterator[int]:
        raise OSError(errno.ENOSPC, "No space left on device")
        yield

    monkeypatch.setattr(ours, "_append", full)
    assert "Make room" in refused(r"cannot be stored in .*the disk is full").fix


def test_a_cache_that_is_no_folder_is_said(hub: Hub, cache: Path) -> None:
    cache.write_text("a file")
    refused("cannot be stored in")


@pytest.mark.parametrize("repo", ["my model", "a/b/c", "", "https://huggingface.co/a/b"])
def test_a_name_that_cannot_be_a_models_is_said(hub: Hub, repo: str) -> None:
    assert "OWNER/NAME" in refused("as a model hub does", repo).fix
    assert hub.asked == []


def test_a_page_of_the_network_in_place_of_the_hub_is_noticed(hub: Hub) -> None:
    hub.page = b"<html>Please sign in to the Wi-Fi</html>"
    assert "HF_ENDPOINT" in refused("does not answer for 'owner/model' as a model hub does").fix


def test_the_token_goes_to_the_hub_and_not_on_to_the_store_of_large_files(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    snapshot("owner/model")
    assert {a.token for a in hub.asked if a.server == "hub"} == {"Bearer hf_secret"}
    assert {a.token for a in hub.asked if a.server == "store"} == {None}


def test_the_cache_is_where_huggingface_hub_has_it(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_CACHE")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    assert snapshot("owner/model").parents[2] == tmp_path / "home" / "hub"
    monkeypatch.delenv("HF_HOME")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "as imported"))
    assert snapshot("owner/model").parents[2] == tmp_path / "as imported"


def test_an_older_whole_model_is_found_until_a_newer_one_is_whole(hub: Hub, cache: Path) -> None:
    old = snapshot("owner/model")
    hub.commit = "2e" * 20
    hub.revisions.add(hub.commit)
    hub.files["model.safetensors"] = WEIGHTS[::-1]
    hub.cut["model.safetensors"] = 1000
    refused("broke off", revision="v1")
    assert snapshot("owner/model") == old
    hub.cut.clear()
    new = snapshot("owner/model", "v1")
    assert new.name == hub.commit and (new / "model.safetensors").read_bytes() == WEIGHTS[::-1]
    assert snapshot("owner/model") == old


def test_two_that_want_the_model_at_once_fetch_it_once(hub: Hub) -> None:
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(snapshot, ["owner/model"] * 2)
    assert one == two and (one / "model.safetensors").read_bytes() == WEIGHTS
    assert hub.sent["model.safetensors"] == SIZE


def test_where_there_are_no_links_the_bytes_lie_on_the_disk_once(
    hub: Hub, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_SYMLINKS", True)
    hub.cut["model.safetensors"] = 200_000
    refused("broke off")
    hub.cut.clear()
    folder = snapshot("owner/model")
    assert not [p for p in cache.rglob("*") if p.is_symlink()]
    assert sum(p.stat().st_size for p in cache.rglob("*") if p.is_file()) < 1.2 * SIZE
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == FILES
    snapshot("owner/model", remote_code=True)
    assert hub.sent["model.safetensors"] == SIZE


def test_one_bar_counts_the_bytes_that_are_left_and_nothing_else_is_written(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    shown: list[tuple[str, float, str]] = []

    def bar(items: Iterator[int], label: str, total: float, *, unit: str, amount: Callable[[int], float]) -> list[int]:
        counts = list(items)
        assert sum(map(amount, counts)) == pytest.approx(total)
        shown.append((label, total, unit))
        return counts

    hub.cut["model.safetensors"] = 200_000
    refused("broke off")
    monkeypatch.setattr(ours, "progress", bar)
    hub.cut.clear()
    snapshot("owner/model")
    ((label, total, unit),) = shown
    assert "owner/model" in label and 0.1 <= total < 0.101 and unit == "MB"
    assert capfd.readouterr() == ("", "")


def test_what_is_here_whole_is_known_without_asking(hub: Hub) -> None:
    assert cached("owner/model") is None
    folder = snapshot("owner/model")
    hub.asked.clear()
    assert cached("owner/model") == folder and hub.asked == []
    (folder / "model.safetensors").unlink()
    assert cached("owner/model") is None


@pytest.mark.parametrize("name", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_a_user_who_says_offline_is_heard(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, "1")
    assert offline()


def test_the_command_line_fetches_a_model_by_its_name_and_asks_it_about_a_video(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tiny.build("smolvlm", tmp_path / "tiny")
    video = str(importlib.resources.files("course_lib") / "clips" / "demo.mp4")
    with Hub({p.name: p.read_bytes() for p in folder.iterdir()}, "owner/tiny-smolvlm").serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        options = ["--model", "owner/tiny-smolvlm", "--device", "cpu", "--frames", "4", "--question", "What?", "--json"]
        assert main(["summarize", video, *options]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["model"] == "owner/tiny-smolvlm" and len(told["seconds"]) == 4 and told["tokens"] > 16


def test_huggingface_hub_is_imported_only_when_a_model_is_asked_for() -> None:
    code = "import sys, course_lib.zoo.hub; print([m for m in ('huggingface_hub', 'torch') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
