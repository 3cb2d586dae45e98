"""From the drawn world to a frame: scale and shake, light, blur, noise, compression."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from course_lib.clipworld.backdrop import draw_park, draw_road, texture
from course_lib.clipworld.looks import Looks
from course_lib.clipworld.pen import Pen

MARGIN = 0.06  # drawn around the picture, for the camera to move in
NOISES = 4  # different noise frames


class Camera:
    """One scene at one size. Keeps the backdrop, so that a frame only costs its actors."""

    def __init__(self, looks: Looks, view: str, h: int, w: int) -> None:
        self.looks, self.size = looks, (h, w)
        self.ss = 3 if min(h, w) <= 128 else 2
        self.scale = min(h, w) * self.ss
        self.pad = round(MARGIN * self.scale)
        wide, high = w * self.ss + 2 * self.pad, h * self.ss + 2 * self.pad
        self.left, self.top = (wide - self.scale) / 2, (high - self.scale) / 2
        backdrop = Image.new("RGB", (wide, high))
        (draw_road if view == "road" else draw_park)(Pen(backdrop, self.scale, self.left, self.top), looks)
        self.backdrop = texture(backdrop, looks.seed, looks.grain)
        self.light = [min(255, round(v * gain)) for gain in looks.tint for v in range(256)]
        self.noise = _noise(looks, h, w)

    def canvas(self) -> tuple[Image.Image, Pen]:
        image = self.backdrop.copy()
        return image, Pen(image, self.scale, self.left, self.top)

    def shoot(self, canvas: Image.Image, t: float, shown: float) -> NDArray[np.uint8]:
        """t: the clip's second (noise follows it); shown: the story's second (the hand follows it)."""
        look, (h, w) = self.looks, self.size
        zoom = look.zoom * (1 + look.drift * math.sin(shown * 0.37 + look.seed % 7))
        dx = look.offset[0] + look.jitter * math.sin(shown * 7.3 + look.seed % 5)
        dy = look.offset[1] + look.jitter * math.sin(shown * 9.1 + look.seed % 3)
        half_w, half_h = w * self.ss * zoom / 2, h * self.ss * zoom / 2
        x, y = canvas.width / 2 + dx * self.scale, canvas.height / 2 + dy * self.scale
        x, y = round(min(max(x, half_w), canvas.width - half_w)), round(min(max(y, half_h), canvas.height - half_h))
        box = (
            max(0, round(x - half_w)), max(0, round(y - half_h)),
            min(canvas.width, round(x + half_w)), min(canvas.height, round(y + half_h)),
        )  # fmt: skip
        image = canvas.resize((w, h), Image.Resampling.BOX, box=box)
        image = image.point(self.light)
        if look.blur:
            image = image.filter(ImageFilter.BoxBlur(look.blur * min(h, w) / 96))
        frame = np.asarray(image)
        if look.blocks:
            frame = compress(frame, look.blocks)
        if look.noise:
            k = (look.seed * 31 + round(t * 1000) * 7919) & 0xFFFF
            noise = self.noise[k % NOISES]
            noise = np.roll(noise, (k >> 2) % h, axis=0)
            frame = np.clip(frame.astype(np.int16) + noise, 0, 255).astype(np.uint8)
        return frame


def _noise(looks: Looks, h: int, w: int) -> NDArray[np.int16]:
    """Sensor noise [NOISES, h, w, 3]: near normal (a sum of four uniform draws), mostly of brightness."""
    if not looks.noise:
        return np.zeros((NOISES, 1, 1, 1), np.int16)
    rng = np.random.Generator(np.random.PCG64(looks.seed + 99))
    grey = rng.integers(0, 64, (4, NOISES, h, w, 1), dtype=np.int16).sum(0, dtype=np.int16) - 126
    tone = rng.integers(0, 64, (NOISES, h, w, 3), dtype=np.int16) - 32
    return ((grey * 2 + tone) * looks.noise) >> 7


def compress(frame: NDArray[np.uint8], strength: int) -> NDArray[np.uint8]:
    """Blocks and smeared colour like a strongly compressed video. frame uint8 [H, W, 3].

    Quantises 8 x 8 Walsh-Hadamard coefficients instead of cosine ones: whole numbers, so the same on every machine.
    """
    h, w, _ = frame.shape
    padded = np.pad(frame, ((0, -h % 8), (0, -w % 8), (0, 0)), mode="edge").astype(np.float32)
    luma = np.floor((padded[..., 0] + 2 * padded[..., 1] + padded[..., 2]) / 4)
    H8, W8 = padded.shape[0] // 8, padded.shape[1] // 8
    blocks = luma.reshape(H8, 8, W8, 8).transpose(0, 2, 1, 3)  # [H, W] -> [H/8, W/8, 8, 8]
    coefficients = HADAMARD @ blocks @ HADAMARD  # whole numbers under 2**24: exact in float32
    step = STEPS * (8 * strength)
    kept = np.rint(coefficients / step) * step
    smooth = (HADAMARD @ kept @ HADAMARD / 64).transpose(0, 2, 1, 3).reshape(luma.shape)
    tint = padded - luma[..., None]
    small = tint.reshape(H8 * 4, 2, W8 * 4, 2, 3).sum((1, 3)) / 4  # colour at half the resolution
    tint = np.floor(small).repeat(2, 0).repeat(2, 1)
    return np.clip(smooth[..., None] + tint, 0, 255)[:h, :w].astype(np.uint8)


def _hadamard() -> NDArray[np.float32]:
    """8 x 8, rows by number of sign changes (0 to 7)."""
    m = np.ones((1, 1), np.float32)
    for _ in range(3):
        m = np.block([[m, m], [m, -m]])
    return np.asarray(m[np.argsort((np.diff(m, axis=1) != 0).sum(1))], np.float32)


HADAMARD = _hadamard()
STEPS = np.asarray([[2.0 ** ((i + j) // 3) for j in range(8)] for i in range(8)], np.float32)
