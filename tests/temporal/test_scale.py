"""The same work in one process, in several, and on real dask workers: the same results, also when a worker dies."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course_lib import scale
from course_lib.errors import TimelineError
from course_lib.scale import ScaleError, map_work
from course_lib.temporal import comparison
from course_lib.temporal.comparison import compare

HERE = Path(__file__).parent
DASK = str(Path(sys.executable).parent / "dask")


@pytest.fixture
def work(monkeypatch):
    """worker_models, by the name under which workers import it too."""
    monkeypatch.syspath_prepend(str(HERE))
    import worker_models

    return worker_models


@pytest.fixture
def cluster(work, tmp_path, monkeypatch):
    """A scheduler and two workers on this machine; (address, workers, scheduler)."""
    monkeypatch.setenv("LOADS", str(tmp_path / "loads"))
    env = {**os.environ, "PYTHONPATH": str(HERE)}
    where = tmp_path / "scheduler.json"
    quiet = {"env": env, "cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    common = ["--scheduler-file", str(where), "--no-dashboard"]
    local = ["--host", "127.0.0.1", "--port", "0"]
    scheduler = subprocess.Popen([DASK, "scheduler", *common, *local], **quiet)
    started = [scheduler]
    try:
        until(lambda: where.exists() and where.read_text().strip())
        workers = [
            subprocess.Popen([DASK, "worker", *common, "--nthreads", "2", "--no-nanny"], **quiet) for _ in range(2)
        ]
        started += workers
        yield json.loads(where.read_text())["address"], workers, scheduler
    finally:
        for process in started:
            process.kill()
            process.wait()


def until(true, seconds=120):
    for _ in range(int(seconds / 0.05)):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("it did not come")


def arguments(work):
    return {"model": "guesser", "mitigations": ["twice"], "seeds": range(12), "scene_kinds": ["story"], "seconds": 8.0,
            "each": 1, "make": work.make, "load": work.load}  # fmt: skip


def test_one_process_does_the_items_in_their_order():
    assert list(map_work(str, [3, 1, 2])) == [(3, "3"), (1, "1"), (2, "2")]


def test_several_processes_give_the_results_of_one_and_load_the_model_once_each(work, tmp_path, monkeypatch):
    one = compare(**arguments(work))
    monkeypatch.setenv("LOADS", str(tmp_path / "loads"))
    assert compare(**arguments(work), workers=2) == one
    loads = (tmp_path / "loads").read_text().split()
    assert 1 <= len(loads) == len(set(loads)) <= 2
    assert str(os.getpid()) not in loads


def test_a_process_that_dies_costs_another_try(work, tmp_path):
    items = [(i, str(tmp_path / "marker")) for i in range(6)]
    found = dict(map_work(work.killed_once, items, workers=2))
    assert (tmp_path / "marker").exists()
    assert found == {item: item[0] ** 2 for item in items}


def test_work_that_kills_its_process_again_and_again_ends_in_one_line(work, monkeypatch):
    monkeypatch.setattr(scale, "DEATHS", 2)
    with pytest.raises(ScaleError, match=r"died 2 times in a row .* Give fewer --workers"):
        list(map_work(work.always_killed, [1, 2], workers=2))


def test_an_error_of_the_work_arrives_as_it_was(work):
    with pytest.raises(TimelineError, match=r"^Item \d is of no use\. Give another\.$"):
        list(map_work(work.refused, [1, 2], workers=2))


def test_dask_workers_give_the_results_of_one_process_although_one_is_killed(cluster, work, tmp_path, monkeypatch):
    address, workers, _ = cluster
    seen = []

    def killing(*given):
        for pair in map_work(*given):
            if len(seen) == 3:
                workers[0].send_signal(signal.SIGKILL)
            seen.append(pair[0])
            yield pair

    monkeypatch.setattr(comparison, "map_work", killing)
    spread = compare(**arguments(work), scheduler=address)
    assert len(seen) == len(set(seen)) == 12
    loads = (tmp_path / "loads").read_text().split()
    assert len(loads) == len(set(loads)), "with two threads a worker still loads once"
    assert set(loads) <= {str(w.pid) for w in workers}
    monkeypatch.undo()
    sys.path.insert(0, str(HERE))
    try:
        assert compare(**arguments(work)) == spread
    finally:
        sys.path.remove(str(HERE))


def test_an_error_on_a_dask_worker_arrives_as_it_was_and_so_does_the_loss_of_the_scheduler(cluster, work, capfd):
    address, _, scheduler = cluster
    with pytest.raises(TimelineError, match="is of no use"):
        list(map_work(work.refused, [1], address))
    with pytest.raises(TimeoutError, match="item 1 took too long"):
        list(map_work(work.times_out, [1], address))
    running = map_work(work.square, range(500), address)
    next(running)
    scheduler.send_signal(signal.SIGKILL)
    with pytest.raises(ScaleError, match=r"^The scheduler at tcp://\S+ is gone\. Start it"):
        list(running)
    assert "Traceback" not in capfd.readouterr().err


def test_when_all_workers_are_gone_it_says_so_instead_of_waiting_for_ever(cluster, work, monkeypatch):
    address, workers, _ = cluster
    monkeypatch.setattr(scale, "LOOK", 0.2)
    running = map_work(work.square, range(500), address)
    next(running)
    monkeypatch.setattr(scale, "ABANDONED", 0.4)
    for worker in workers:
        worker.send_signal(signal.SIGKILL)
    with pytest.raises(ScaleError, match=r"^All workers of \S+ are gone\. Start some with: dask worker tcp"):
        list(running)


def test_a_scheduler_without_workers_is_not_waited_for_for_ever(cluster, monkeypatch):
    address, workers, _ = cluster
    for worker in workers:
        worker.kill()
        worker.wait()
    monkeypatch.setattr(scale, "FIRST", 0.5)
    with pytest.raises(ScaleError, match=r"has no workers\. Run: dask worker tcp://"):
        list(map_work(str, [1], address))


@pytest.mark.parametrize(
    "address", ["", "here", "http://127.0.0.1:8786", "tcp://127.0.0.1", "tcp://a b:1", "tcp://:8786"]
)
def test_an_address_that_is_none_is_refused_with_an_example(address):
    with pytest.raises(ScaleError, match=r"is no address of a dask scheduler\. Give .* tcp://127\.0\.0\.1:8786\.$"):
        list(map_work(str, [1], address))


def test_an_address_where_nobody_answers_is_named(monkeypatch):
    monkeypatch.setattr(scale, "CONNECT", 1.0)
    with pytest.raises(ScaleError, match=r"^No dask scheduler answers at tcp://127\.0\.0\.1:1\. Give the address"):
        list(map_work(str, [1], "tcp://127.0.0.1:1"))


def test_without_dask_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ScaleError, match=r"dask is not installed\. Run: pip install"):
        list(map_work(str, [1], "tcp://127.0.0.1:8786"))


def test_nothing_heavy_is_loaded_before_it_is_needed():
    code = (
        "import sys, course_lib.cli, course_lib.temporal.comparison, course_lib.temporal.lmms_eval;"
        "print([m for m in ('torch', 'distributed', 'dask', 'matplotlib', 'transformers') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
