"""A clip from its public address, against a server on this machine."""

import hashlib
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from course_lib import download
from course_lib.cli import main
from course_lib.download import REMOTE_CLIPS, DownloadError, RemoteClip, fetch, fetch_clip
from course_lib.timeline import Timeline

BODY = bytes(range(256)) * 1024  # 256 KiB: several chunks
SHA = hashlib.sha256(BODY).hexdigest()
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "clips"


@contextmanager
def serving(body=BODY, *, ranges=True, break_after=None, status=None):
    """A server of `body`; yields its address and the list of Range headers that it was asked with."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.headers.get("Range"))
            if status is not None:
                self.send_error(status)
                return
            start = int(asked[-1].removeprefix("bytes=").rstrip("-")) if ranges and asked[-1] else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            part = body[start:]
            self.wfile.write(part if break_after is None or len(asked) > 1 else part[:break_after])

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/clip.mp4", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_the_whole_file_arrives_and_nothing_else_is_left(tmp_path):
    with serving() as (url, _):
        fetch(url, tmp_path / "clip.mp4", len(BODY), SHA)
    assert (tmp_path / "clip.mp4").read_bytes() == BODY
    assert names(tmp_path) == ["clip.mp4"]


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_download_is_continued_and_never_carries_the_clips_name(tmp_path, ranges):
    path = tmp_path / "clip.mp4"
    with serving(break_after=100_000, ranges=ranges) as (url, asked):
        with pytest.raises(DownloadError, match=r"broke off.*Run the same command again"):
            fetch(url, path, len(BODY), SHA)
        assert names(tmp_path) == ["clip.mp4.part"]
        fetch(url, path, len(BODY), SHA)
    assert asked == [None, "bytes=100000-"]
    assert path.read_bytes() == BODY


def test_a_file_that_is_there_whole_is_not_fetched_again(tmp_path):
    (tmp_path / "clip.mp4").write_bytes(BODY)
    with serving() as (url, asked):
        fetch(url, tmp_path / "clip.mp4", len(BODY), SHA)
    assert asked == []


def test_another_file_of_that_name_is_never_overwritten(tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"my holiday")
    with serving() as (url, _), pytest.raises(DownloadError, match="exists and is not this file"):
        fetch(url, tmp_path / "clip.mp4", len(BODY), SHA)
    assert (tmp_path / "clip.mp4").read_bytes() == b"my holiday"


@pytest.mark.parametrize("body", [BODY[:-1] + b"?", BODY + b"more", b"<html>sign in</html>" * 20_000])
def test_other_bytes_than_expected_are_refused_and_removed(tmp_path, body):
    with serving(body) as (url, _), pytest.raises(DownloadError, match="sha256 differs"):
        fetch(url, tmp_path / "clip.mp4", len(BODY), SHA)
    assert names(tmp_path) == []


def test_a_file_that_is_gone_says_so_with_its_number(tmp_path):
    with serving(status=404) as (url, _), pytest.raises(DownloadError, match="404"):
        fetch(url, tmp_path / "clip.mp4", len(BODY), SHA)


def test_without_a_network_the_error_says_what_to_do(tmp_path):
    with serving() as (url, _):
        pass
    with pytest.raises(DownloadError, match=r"could not be reached.*refused.*Check the network"):
        fetch(url, tmp_path / "clip.mp4", len(BODY), SHA)
    assert names(tmp_path) == []


def test_the_command_puts_clip_and_timeline_into_the_current_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    real = REMOTE_CLIPS["car-detection"]
    with serving() as (url, _):
        local = RemoteClip(real.file, url, len(BODY), SHA, real.timeline, real.credit)
        monkeypatch.setitem(download.REMOTE_CLIPS, "car-detection", local)
        assert main(["clip", "--download", "car-detection"]) == 0
    assert names(tmp_path) == ["car-detection.mp4", "car-detection.timeline.json"]
    assert len(Timeline.load("car-detection.timeline.json")) == 4
    out = capsys.readouterr().out
    assert "car-detection.mp4" in out and "CC-BY-4.0" in out


def test_the_command_without_a_network_ends_with_2_and_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    real = REMOTE_CLIPS["car-detection"]
    gone = RemoteClip(real.file, "http://127.0.0.1:9/clip.mp4", real.size, real.sha256, real.timeline, real.credit)
    monkeypatch.setitem(download.REMOTE_CLIPS, "car-detection", gone)
    assert main(["clip", "--download", "car-detection"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("DownloadError: http://127.0.0.1:9/clip.mp4 could not be reached")
    assert err.count("\n") == 1


def test_an_unknown_clip_is_answered_with_those_there_are(tmp_path):
    with pytest.raises(DownloadError, match=r"'cats' is no clip to download\. Choose one of: car-detection"):
        fetch_clip("cats", tmp_path)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real clip is not beside this checkout")
def test_size_and_sha256_are_those_of_the_real_clip():
    clip = REMOTE_CLIPS["car-detection"]
    data = (SHARED / clip.file).read_bytes()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (clip.size, clip.sha256)
