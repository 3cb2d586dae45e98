"""Frames at given times, with as little decoding as that takes.

The packets say when each frame is shown before anything is decoded. So for a tick, the one packet that is shown then is
known; decoding starts at the keyframe before it, leaves out frames that no other needs, and ends at that packet. What
cannot be known in this way (no timestamps, AVI with B-frames, two fields in two packets, hidden frames, damage) goes
the plain way: decode in order and look at the frames' own times.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from course_lib.video.span import REORDER, nothing_decodes, tick_of

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.frame import VideoFrame

    from course_lib.video.source import Source

Found = dict[int, tuple[int, np.ndarray]]  # asked tick -> (tick of the shown frame, RGB [h, w, 3])
Paint = Callable[["VideoFrame"], np.ndarray]

# Their decoders know a frame that no other refers to before decoding it. (HEVC's do not with temporal layers.)
SKIPS_UNREFERENCED = {"h264", "mpeg2video", "mpeg4"}
PROGRESSIVE = (0, 1)  # AVFieldOrder unknown, progressive
QUEUE = 512  # packets held back while looking for a keyframe nearer to the tick
JUMP_SECONDS = 3.0  # below this, reading on is as fast as seeking


def frames_at(source: Source, ticks: list[int], start: int, paint: Paint) -> Found:
    """For each tick (sorted, unique, >= start) the frame shown then. Raises VideoError where nothing decodes."""
    found: Found = {}
    if source.clock == "pts":
        _Run(source, found, paint).serve(ticks)
    left = [t for t in ticks if t not in found]
    if left:
        _in_order(source, left, start, found, paint)
    return found


def first_frame(source: Source, start: int) -> VideoFrame:
    """The first frame that decodes; then the source is somewhere."""
    source.rewind()
    for _, frame in _decoded(source, source.packets(), start):
        return frame
    raise nothing_decodes(source)


def all_frames(source: Source, start: int) -> Iterator[tuple[int, VideoFrame]]:
    """Every frame that is shown from tick `start` on, with its tick, in order. Raises VideoError where none decodes."""
    frames, first = _frames_before(source, start, start)
    last = start - 1
    for tick, frame in chain((first,), frames):
        if tick > last:
            yield tick, frame
            last = tick


class _Run:
    """Decoding from one keyframe on: what is shown when, what is still to be fed, what is waited for."""

    def __init__(self, source: Source, found: Found, paint: Paint) -> None:
        self.source, self.found, self.paint = source, found, paint
        context = source.stream.codec_context
        self.may_skip = context.name in SKIPS_UNREFERENCED and context.field_order in PROGRESSIVE
        self.packets: Iterator[Packet] | None = None
        self.waiting: dict[int, list[int]] = {}  # tick of a frame -> the asked ticks that it serves
        self.jump: float = round(JUMP_SECONDS / source.time_base)
        self.ended = False

    def serve(self, ticks: list[int]) -> None:
        for tick in ticks:
            if not self._reach(tick):
                break
            want = max((t for t in self.shown if t <= tick), default=None)
            if want is not None:
                self._decode_through(want, tick)
        self._drain()

    def _reach(self, tick: int) -> bool:
        """Read until every packet that can be shown at or before `tick` is known; False where there is no way."""
        if self.packets is None and not self._start_before(tick):
            return False
        assert self.packets is not None
        while not self.ended and self.still_to_come <= tick:
            packet = next(self.packets, None)
            if packet is None:
                self.ended = True
            elif packet.pts is None:
                return False
            elif packet.is_keyframe and not packet.is_discard and self.key < packet.pts <= tick:
                self._drain()
                if tick - packet.pts <= self.jump:
                    self._start_with(packet)
                elif not self._start_before(tick):
                    return False
                elif self.key < packet.pts:
                    self.jump = math.inf  # this container seeks badly, so from here on it is read through
            else:
                self._add(packet)
                if len(self.queue) > QUEUE:
                    self._feed(self.queue.popleft(), needed=False)
        return True

    def _start_before(self, tick: int) -> bool:
        """Begin at a keyframe that is shown at or before `tick`."""
        for packets in _ways_before(self.source, tick):
            key = next((p for p in packets if p.is_keyframe and p.pts is not None), None)
            if key is not None and key.pts is not None and key.pts <= tick:
                self.packets = packets
                self._start_with(key)
                return True
        return False

    def _start_with(self, key: Packet) -> None:
        assert key.pts is not None
        self.key = key.pts
        self.queue: deque[Packet] = deque()
        self.shown: set[int] = set()  # frames before the keyframe may lack their references, so they do not count
        self.painted: dict[int, np.ndarray] = {}
        self.still_to_come = key.pts - 1  # no packet from here on is shown before this
        self.ended = False
        self._add(key)

    def _add(self, packet: Packet) -> None:
        assert packet.pts is not None
        self.queue.append(packet)
        if not packet.is_discard and packet.pts >= self.key:
            self.shown.add(packet.pts)
        if packet.dts is not None:
            self.still_to_come = packet.dts
        elif len(self.shown) > REORDER:
            self.still_to_come = heapq.nlargest(REORDER, self.shown)[-1]

    def _decode_through(self, want: int, tick: int) -> None:
        if want in self.painted:
            self.found[tick] = want, self.painted[want]
            return
        self.waiting.setdefault(want, []).append(tick)
        if any(packet.pts == want for packet in self.queue):  # otherwise it was fed for an earlier tick
            done = False
            while not done:
                packet = self.queue.popleft()
                done = packet.pts == want
                self._feed(packet, needed=done)

    def _feed(self, packet: Packet | None, needed: bool) -> None:
        if self.may_skip:
            self.source.decoder.skip_frame = "DEFAULT" if needed else "NONREF"
        for frame in _decode(self.source, packet):
            if frame.pts in self.waiting:
                self.painted = {frame.pts: self.paint(frame)}
                for tick in self.waiting.pop(frame.pts):
                    self.found[tick] = frame.pts, self.painted[frame.pts]

    def _drain(self) -> None:
        """Get what is waited for out of the decoder, which can then only begin anew."""
        if self.waiting:
            self._feed(None, needed=True)
        self.waiting.clear()
        self.source.decoder.skip_frame = "DEFAULT"
        self.source.decoder.flush_buffers()


def _ways_before(source: Source, tick: int) -> Iterator[Iterator[Packet]]:
    """Packets from positions that lie earlier and earlier; the last is the beginning of the file."""
    for margin in (0, 2, 10, 60):
        earlier = tick - round(margin / source.time_base)
        if earlier >= (source.stream.start_time or 0) and source.seek(earlier):
            yield source.packets()
    source.rewind()
    yield source.packets()


def _in_order(source: Source, ticks: list[int], start: int, found: Found, paint: Paint) -> None:
    """The plain way: decode, and look at the times of what comes out."""
    jump: float = round(JUMP_SECONDS / source.time_base) if source.clock != "count" else math.inf
    frames: Iterator[tuple[int, VideoFrame]] | None = None
    shown: tuple[int, VideoFrame] | None = None
    ahead: tuple[int, VideoFrame] | None = None
    for tick in ticks:
        if frames is None or (ahead is not None and tick - ahead[0] > jump):
            was, shown = ahead, None
            frames, ahead = _frames_before(source, tick, start)
            if was is not None and ahead[0] <= was[0]:
                jump = math.inf  # the keyframe lay further back than we were
        while ahead is not None and ahead[0] <= tick:
            shown, ahead = ahead, next(frames, None)
        frame = shown or ahead  # before the first frame that decodes there is only that one
        assert frame is not None
        found[tick] = frame[0], paint(frame[1])


def _frames_before(
    source: Source, tick: int, start: int
) -> tuple[Iterator[tuple[int, VideoFrame]], tuple[int, VideoFrame]]:
    """Frames in order from one at or before `tick`, the first of them taken off."""
    if source.clock == "dts" and source.delay is None:
        source.rewind()
        source.delay = 0
        first, _ = next(_decoded(source, source.packets(), start), (start, None))
        source.delay = first - start
    for packets in _ways_before(source, tick):
        frames = _decoded(source, packets, start)
        ahead = next(frames, None)
        if ahead is not None and ahead[0] <= tick:
            return frames, ahead
    if ahead is None:
        raise nothing_decodes(source)
    return frames, ahead


def _decoded(source: Source, packets: Iterator[Packet], start: int) -> Iterator[tuple[int, VideoFrame]]:
    """Frames with their ticks from the next keyframe on; those shown before it may lack their references."""
    clock = source.clock
    key: int | None = start if clock == "count" else None
    tick = start - source.frame_ticks
    for packet in chain(packets, (None,)):
        if key is None and packet is not None:
            if not packet.is_keyframe:
                continue
            key = tick_of(packet, clock) or 0
        for frame in _decode(source, packet):
            given = None if clock == "count" else frame.dts if clock == "dts" else frame.pts
            tick = given - (source.delay or 0) if given is not None else tick + source.frame_ticks
            if key is None or tick >= key:
                yield tick, frame


def _decode(source: Source, packet: Packet | None) -> list[VideoFrame]:
    import av

    try:
        return source.decoder.decode(packet)
    except av.FFmpegError:
        source.broken += 1
        return []
