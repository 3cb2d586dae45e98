"""Video encoders: frames -> features. A frame encoder sees one frame at a time; a tubelet encoder sees two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.body(x))


class AttentionPool(nn.Module):
    """K learned queries read a grid of features; the grid's places are learned vectors.

    [N, P, D] -> [N, K, D]. Source: the latent queries of Perceiver (Jaegle et al., 2021), one layer of them.
    """

    def __init__(self, places: int, width: int, queries: int, heads: int = 4) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.randn(places, width) * 0.02)
        self.query = nn.Parameter(torch.randn(queries, width) * 0.5)
        self.norm = nn.LayerNorm(width)
        self.attend = nn.MultiheadAttention(width, heads, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(x) + self.place
        query = self.query.expand(len(x), -1, -1)
        return self.attend(query, x, x, need_weights=False)[0]


class TubeletEncoder(nn.Module):
    """A small convolutional encoder of tubelets, trained from nothing.

    A tubelet is `tubelet` frames in a row of the clip (2: a pair half a second apart, whose difference shows motion;
    1: a single frame, which cannot show it). frames [B, T, 3, H, W] float in [0, 1] or uint8, T a multiple of
    `tubelet` -> features [B, T / tubelet, K, out_dim]. Source: tubelet embedding, ViViT (Arnab et al., 2021).
    """

    def __init__(
        self,
        size: int = 96,
        tubelet: int = 2,
        widths: tuple[int, ...] = (32, 64, 128, 256),
        tokens: int = 4,
    ) -> None:
        super().__init__()
        self.size, self.tubelet, self.widths, self.tokens = size, tubelet, tuple(widths), tokens
        self.out_dim = widths[-1]
        channels = 3 * (2 * tubelet - 1)  # the frames and the differences between neighbours
        layers: list[nn.Module] = []
        for i, width in enumerate(widths):
            kernel = 5 if i == 0 else 3
            layers += [
                nn.Conv2d(channels, width, kernel, stride=2, padding=kernel // 2, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(inplace=True),
            ]
            if i >= 2:
                layers.append(_Residual(width))
            channels = width
        self.conv = nn.Sequential(*layers)
        grid = -(-size // 2 ** len(widths))
        self.pool = AttentionPool(grid * grid, widths[-1], tokens)

    def config(self) -> dict:
        return {"size": self.size, "tubelet": self.tubelet, "widths": list(self.widths), "tokens": self.tokens}

    def forward(self, frames: Tensor) -> Tensor:
        B, T, C, H, W = frames.shape
        if T % self.tubelet:
            raise ValueError(f"{T} frames do not divide into tubelets of {self.tubelet}")
        if (self.size, self.size) != (H, W):
            raise ValueError(f"frames are {H}x{W}, the encoder reads {self.size}x{self.size}")
        dtype = self.pool.query.dtype
        x = frames.to(dtype) / 255 if frames.dtype == torch.uint8 else frames.to(dtype)
        x = x.reshape(B * T // self.tubelet, self.tubelet, C, H, W)
        motion = 2 * (x[:, 1:] - x[:, :-1])
        x = torch.cat([x - 0.5, motion], dim=1).flatten(1, 2)  # [B T', (2 t - 1) 3, H, W]
        x = self.conv(x.contiguous(memory_format=torch.channels_last))  # [B T', D, h, w]
        x = self.pool(x.flatten(2).transpose(1, 2))  # [B T', h w, D] -> [B T', K, D]
        return x.reshape(B, T // self.tubelet, self.tokens, self.out_dim)


class FrameEncoder(nn.Module):
    """A transformers vision model, one frame at a time: no motion, but pre-trained.

    frames [B, T, 3, H, W] -> [B, T, patches, hidden]. Without mean and std they are taken as the vision model wants
    them, normalised; with both they are uint8 or float in [0, 1], `size` pixels square, and normalised here. layer:
    which hidden state (-2 in LLaVA: the last one has been shaped for the model's own head); skip: leading tokens that
    are no patches (1 for CLIP's class token, 0 for SigLIP); size: pixels of the frame (None: as the vision model's
    config says); mean, std: of each channel. Source: `get_image_features` of LLaVA in transformers.
    """

    def __init__(
        self,
        vision: PreTrainedModel,
        layer: int = -2,
        skip: int = 1,
        size: int | None = None,
        mean: Sequence[float] | None = None,
        std: Sequence[float] | None = None,
    ) -> None:
        super().__init__()
        if (mean is None) != (std is None):
            raise ValueError("mean and std go together: give both or neither")
        self.vision, self.layer, self.skip = vision, layer, skip
        self.out_dim = vision.config.hidden_size
        self.size = size or vision.config.image_size
        self.side = self.size // vision.config.patch_size  # patches in a row
        self.mean, self.std = mean, std  # no buffers: those would be rounded with the weights

    def normalise(self, frames: Tensor) -> Tensor:
        """uint8 or [0, 1] frames [..., 3, size, size] -> float32 of the same shape, as the vision model wants them."""
        H, W = frames.shape[-2:]
        if (self.size, self.size) != (H, W):
            raise ValueError(f"frames are {H}x{W}, the encoder reads {self.size}x{self.size}")
        if self.mean is None or self.std is None:
            raise ValueError("this encoder was built without mean and std: it takes frames that are normalised")
        x = frames.float() / 255 if frames.dtype == torch.uint8 else frames.float()
        mean, std = (torch.tensor(list(v), device=x.device).view(3, 1, 1) for v in (self.mean, self.std))
        return (x - mean) / std

    def forward(self, frames: Tensor) -> Tensor:
        B, T = frames.shape[:2]
        pixels = frames if self.mean is None else self.normalise(frames)
        pixels = pixels.flatten(0, 1).to(self.vision.dtype)
        states = self.vision(pixels, output_hidden_states=True).hidden_states[self.layer]
        return states[:, self.skip :].unflatten(0, (B, T))  # [B T, P, D] -> [B, T, P, D]
