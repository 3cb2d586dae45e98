"""What is drawn of a training: the mask of a packed row, the curves of a stage, shares with their intervals."""

import numpy as np
import pytest

from course_lib.model.train.packing import Block, pack
from course_lib.viz import palette
from course_lib.viz.training import Share, block_colours, draw_blocks, draw_shares, draw_stage, stage_alt

NOTHING = Block([], 0)
TWO = [Block([4, 5], 1), Block([6, 7], 1)]


def rgb(colour):
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def test_a_block_has_its_colour_where_it_looks_at_itself_and_no_other_block():
    colours = block_colours(pack([[1, 2, 3]], [NOTHING], [TWO]))
    assert colours.shape == (7, 7, 3)
    white = (colours == 1).all(-1)
    assert white[3:5, 5:].all() and white[5:, 3:5].all() and white[0, 1:].all()
    assert np.allclose(colours[5, :3], rgb(palette.RULE))
    assert not np.allclose(colours[4, 3], colours[6, 5])
    assert np.allclose(colours[4, 3], colours[4, 4])


def test_padding_is_not_drawn_and_the_told_timeline_is_black():
    packed = pack([[1, 2, 3], [1]], [Block([8, 9], 1)] * 2, [TWO, []])
    assert block_colours(packed, 1).shape == (3, 3, 3)
    assert np.allclose(block_colours(packed, 0)[4, 3:5], rgb(palette.INK))


def test_words_stand_at_both_sides_of_a_short_row_and_must_be_as_many_as_places():
    packed = pack([[1, 2, 3]], [NOTHING], [TWO])
    axis = draw_blocks(packed, words=list("abcdefg")).axes[0]
    assert [t.get_text() for t in axis.get_xticklabels()] == [t.get_text() for t in axis.get_yticklabels()]
    assert [t.get_text() for t in axis.get_xticklabels()] == list("abcdefg")
    with pytest.raises(ValueError, match="3 words for 7 places"):
        draw_blocks(packed, words=list("abc"))


ROWS = [
    {"stage": "text", "step": 0, "clip": 0.0, "shuffled": 0.1},
    {"stage": "text", "step": 10, "loss": 2.0, "steps_per_s": 3.0},
    {"stage": "text", "step": 20, "loss": 1.0, "steps_per_s": 3.0},
    {"stage": "text", "step": 20, "clip": 0.5, "shuffled": 0.2},
]


def test_a_stage_shows_its_loss_and_each_score_as_a_line_of_its_own():
    left, right = draw_stage(ROWS, "text", chance=0.25).axes
    assert left.lines[0].get_xydata().tolist() == [[10, 2.0], [20, 1.0]]
    lines = {line.get_label(): line for line in right.lines}
    assert lines["clip"].get_xydata().tolist() == [[0, 0.0], [20, 0.5]]
    assert lines["clip"].get_color() != lines["shuffled"].get_color()
    assert lines["clip"].get_linestyle() != lines["shuffled"].get_linestyle()


def test_a_score_at_the_axis_is_drawn_whole():
    assert not any(line.get_clip_on() for line in draw_stage(ROWS).axes[1].lines)


def test_a_stage_in_words_tells_the_losses_ends_and_every_score():
    told = stage_alt(ROWS)
    assert "2.00 at 10 and 1.00 at 20" in told
    assert "at steps 0, 20: clip 0%, 50%; shuffled 10%, 20%." in told


def test_every_share_is_drawn_with_its_interval_and_groups_stand_apart():
    shares = [Share("a", 0.5, 0.4, 0.6, "one"), Share("b", 0.25, 0.2, 0.3, "one"), Share("c", 1.0, 0.9, 1.0, "two")]
    axis = draw_shares(shares).axes[0]
    assert [round(bar.get_width(), 2) for bar in axis.patches] == [0.5, 0.25, 1.0]
    assert [line.get_xdata().tolist() for line in axis.lines] == [[0.4, 0.6], [0.2, 0.3], [0.9, 1.0]]
    near, far = np.diff([line.get_ydata()[0] for line in axis.lines])
    assert far > near
    assert {"one", "two", "50%"} <= {text.get_text() for text in axis.texts}
    assert shares[0].text == "50% (40% to 60%)"


def test_shares_without_groups_have_no_headings():
    axis = draw_shares([Share("a", 0.5, 0.4, 0.6)]).axes[0]
    assert [text.get_text() for text in axis.texts] == ["50%"]
