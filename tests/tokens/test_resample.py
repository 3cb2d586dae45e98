"""Learned queries over any number of tokens."""

from __future__ import annotations

import math

import pytest
import torch

from course_lib.tokens.resample import QueryResampler, time_waves


@pytest.fixture
def resampler() -> QueryResampler:
    torch.manual_seed(0)
    return QueryResampler(width=16, queries=3)


@pytest.mark.parametrize("number", [1, 7, 200])
def test_any_number_of_tokens_becomes_the_same_number(resampler: QueryResampler, number: int) -> None:
    assert resampler(torch.randn(2, number, 16)).shape == (2, 3, 16)


def test_without_seconds_the_order_of_the_tokens_is_lost_and_with_them_it_is_told(resampler: QueryResampler) -> None:
    x, seconds = torch.randn(1, 12, 16), torch.arange(12.0)[None]
    torch.testing.assert_close(resampler(x), resampler(x.flip(1)))
    assert (resampler(x, seconds=seconds) - resampler(x.flip(1), seconds=seconds)).abs().max() > 1e-3
    torch.testing.assert_close(resampler(x, seconds=seconds), resampler(x.flip(1), seconds=seconds.flip(1)))


def test_padding_is_not_read(resampler: QueryResampler) -> None:
    x = torch.randn(2, 5, 16)
    longer = torch.cat([x, torch.full((2, 3, 16), 9.0)], dim=1)
    keep = torch.arange(8).expand(2, -1) < 5
    torch.testing.assert_close(resampler(longer, keep=keep), resampler(x))


def test_queries_learn(resampler: QueryResampler) -> None:
    resampler(torch.randn(2, 4, 16)).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in resampler.parameters())


def test_seconds_are_waves_from_one_to_a_thousand_seconds() -> None:
    waves = time_waves(torch.tensor([0.0, 0.25, 250.0]), 4)  # two waves: 1 s and 1000 s
    quarter = math.sin(math.pi / 2)
    assert waves[0].tolist() == [0, 0, 1, 1]
    torch.testing.assert_close(waves[1, 0], torch.tensor(quarter))
    torch.testing.assert_close(waves[2, 1], torch.tensor(quarter))
    with pytest.raises(ValueError, match="width of 5"):
        time_waves(torch.zeros(1), 5)
