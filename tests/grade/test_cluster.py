"""A class graded on a real dask scheduler with two workers, one of which is killed on the way."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from handed_in import cell, submission

from course_lib.grade import engine
from course_lib.grade.engine import Run, grade_all
from course_lib.grade.journal import Journal
from course_lib.scale import ScaleError

DASK = str(Path(sys.executable).parent / "dask")


@pytest.fixture
def cluster(tmp_path):
    """(address, [two worker processes]); no nanny starts a killed one again."""
    where = tmp_path / "scheduler.json"
    quiet = {"env": dict(os.environ), "cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    common = ["--scheduler-file", str(where), "--no-dashboard"]
    started = [subprocess.Popen([DASK, "scheduler", *common, "--host", "127.0.0.1", "--port", "0"], **quiet)]
    try:
        for _ in range(1200):
            if where.exists() and where.read_text().strip():
                break
            time.sleep(0.05)
        for _ in range(2):
            started.append(subprocess.Popen([DASK, "worker", *common, "--nthreads", "1", "--no-nanny"], **quiet))
        yield json.loads(where.read_text())["address"], started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


class Killing(Journal):
    """Kills a worker as soon as the first grade has come."""

    victim = None

    def add(self, grade):
        super().add(grade)
        if self.victim is not None:
            self.victim.kill()
            self.victim.wait()
            self.victim = None


def told(grades):
    return [{k: v for k, v in g.to_dict().items() if k != "seconds"} for g in grades]


def test_a_killed_worker_costs_its_batch_another_try_and_the_grades_are_those_of_one_machine(
    cluster, tmp_path, monkeypatch
):
    address, workers = cluster
    monkeypatch.setattr(engine, "BATCH", 6)
    handed_in = [submission(f"s{i:02}") for i in range(30)]
    handed_in[7] = submission("s07", one_seek=cell("decode_runs", "import os\nos._exit(1)"))
    with Killing(tmp_path / "cluster.sqlite") as journal, Journal(tmp_path / "here.sqlite") as here:
        run = Run(journal.salt)
        journal.victim = workers[0]
        spread = grade_all(handed_in, journal, run, scheduler=address)
        assert workers[0].returncode is not None, "the worker was killed on the way"
        assert told(spread) == told(grade_all(handed_in, here, run))
    assert [g.state for g in spread].count("graded") == 29 and spread[7].state == "crashed"


def test_a_scheduler_that_is_not_there_is_refused_and_nothing_is_written(tmp_path):
    with Journal(tmp_path / "journal.sqlite") as journal, pytest.raises(ScaleError, match="No dask scheduler answers"):
        grade_all([submission()], journal, Run(journal.salt), scheduler="tcp://127.0.0.1:1")
    with Journal(tmp_path / "journal.sqlite") as journal:
        assert journal.latest() == []
