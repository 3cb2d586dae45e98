"""The same work on many things: in this process, in several, or on the workers of a dask scheduler.

Whatever does the work, the results are the same; they come in the order in which they get ready.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import queue
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from course_lib.errors import CourseError
from course_lib.progress import waiting

T = TypeVar("T")
R = TypeVar("R")
DEATHS = 3  # in a row, without one item finished between them: then it is the work that kills
CONNECT = 10.0  # seconds for a scheduler to answer
FIRST = 60.0  # seconds for its first worker to come
LOOK = 5.0  # seconds without a result after which it is asked whether there are workers left
ABANDONED = 60.0  # seconds without any worker


class ScaleError(CourseError):
    """A scheduler that cannot be reached, or workers that cannot do the work."""


def map_work(
    work: Callable[[T], R], items: Sequence[T], scheduler: str | None = None, workers: int = 1
) -> Iterator[tuple[T, R]]:
    """(item, work(item)) of every item, as they get ready.

    scheduler: address of a dask scheduler ("tcp://host:8786"), whose workers must have this package; or workers: how
    many processes of this machine (1: this one). `work` and items are pickled for either. A worker that dies costs its
    items another try, not the run. A CourseError of `work` is raised here as it was there. Raises ScaleError.
    """
    if scheduler is not None:
        yield from _dask(work, items, scheduler)
    elif workers > 1 and len(items) > 1:
        yield from _processes(work, items, min(workers, len(items)))
    else:
        for item in items:
            yield item, work(item)


def _processes(work: Callable[[T], R], items: Sequence[T], workers: int) -> Iterator[tuple[T, R]]:
    threads = max(1, (os.cpu_count() or 1) // workers)
    left, deaths = dict(enumerate(items)), 0
    while left:
        # A spawned process has no threads or locks of this one, and is the same on every system.
        pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _share_cores, (threads,))
        ready: queue.SimpleQueue[Future[R]] = queue.SimpleQueue()
        try:
            places = {}
            for i, item in left.items():
                future = pool.submit(work, item)
                places[future] = i
                future.add_done_callback(ready.put)
            while left:
                future = ready.get()
                result = future.result()
                deaths = 0
                yield left.pop(places[future]), result
        except BrokenProcessPool as problem:
            deaths += 1
            if deaths == DEATHS:
                raise ScaleError(
                    f"A worker process died {DEATHS} times in a row before it finished one item.",
                    "Give fewer --workers: the memory may not be enough for as many.",
                ) from problem
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _share_cores(threads: int) -> None:
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):  # read when torch is loaded, which is after this
        os.environ.setdefault(name, str(threads))


def _dask(work: Callable[[T], R], items: Sequence[T], address: str) -> Iterator[tuple[T, R]]:
    client = _connect(address)
    logger = logging.getLogger("distributed.client")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # it tells a lost scheduler in fifty lines; here it is one
    try:
        yield from _on_cluster(client, work, items, address)
    finally:
        logger.setLevel(level)


def _on_cluster(client: Any, work: Callable[[T], R], items: Sequence[T], address: str) -> Iterator[tuple[T, R]]:
    ready: queue.SimpleQueue[Any] = queue.SimpleQueue()
    try:
        futures = [client.submit(work, item, pure=False) for item in items]
        left = {future.key: i for i, future in enumerate(futures)}
        for future in futures:
            future.add_done_callback(ready.put)
        heard = time.monotonic()
        while left:
            future = None
            try:
                future = ready.get(timeout=LOOK)
                result = _result(future, address)
            except (queue.Empty, _Again):
                if future is not None:
                    ready.put(future)
                if _workers(client, address):
                    heard = time.monotonic()
                elif time.monotonic() - heard >= ABANDONED:
                    raise ScaleError(
                        f"All workers of {address} are gone.",
                        f"Start some with: dask worker {address}; then run this again, with --out it goes on.",
                    ) from None
            else:
                heard = time.monotonic()
                yield items[left.pop(future.key)], result
    finally:
        client.close(timeout=CONNECT)


def _connect(address: str) -> Any:
    fix = "Give the address that `dask scheduler` prints, like tcp://127.0.0.1:8786."
    if not re.fullmatch(r"(tcp|tls|ws|wss)://[^\s/:]+:\d{1,5}|(tcp|tls)://\[[0-9a-fA-F:]+\]:\d{1,5}", address):
        raise ScaleError(f"{address!r} is no address of a dask scheduler.", fix)
    try:
        from distributed import Client
    except ImportError as problem:
        raise ScaleError("dask is not installed.", 'Run: pip install "course_lib[scale]"') from problem
    try:
        client = Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as problem:  # TimeoutError is an OSError
        raise ScaleError(f"No dask scheduler answers at {address}.", fix) from problem
    try:
        with waiting("waiting for a worker"):
            client.wait_for_workers(1, timeout=FIRST)
    except TimeoutError as problem:
        client.close(timeout=CONNECT)
        raise ScaleError(f"The scheduler at {address} has no workers.", f"Run: dask worker {address}") from problem
    return client


def _workers(client: Any, address: str) -> int:
    try:
        return len(client.scheduler_info()["workers"])
    except (OSError, KeyError, TypeError) as problem:
        raise _gone(address) from problem


def _gone(address: str) -> ScaleError:
    return ScaleError(
        f"The scheduler at {address} is gone.", "Start it and its workers, and run this again: with --out it goes on."
    )


class _Again(Exception):
    """The result was lost with the worker that had it; another is at it."""


def _result(future: Any, address: str) -> Any:
    from distributed import KilledWorker

    try:
        return future.result(timeout=LOOK)
    except KilledWorker as problem:
        raise ScaleError(
            "Several workers died at the same item.", "Read their logs; give them more memory or fewer at a time."
        ) from problem
    except ImportError as problem:
        raise ScaleError(
            f"The workers of {address} lack a package ({problem}).", "Install course_lib where they run."
        ) from problem
    except (CancelledError, OSError) as problem:
        if future.status == "error":  # the work's own
            raise
        if isinstance(problem, TimeoutError):
            raise _Again from None
        raise _gone(address) from problem
