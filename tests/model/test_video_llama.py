"""VideoLLaMA: what the usual sketch gets wrong is right here."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from course_lib.errors import ModelError, SpliceError
from course_lib.model.encoder import TubeletEncoder
from course_lib.model.projector import MergingProjector
from course_lib.model.prompt import VIDEO
from course_lib.model.tokenizer import build_tokenizer
from course_lib.model.video_llama import IGNORED, VideoLLaMA
from tests.model.conftest import frames, prompt


def plain_llm(tie: bool) -> tuple[LlamaForCausalLM, PreTrainedTokenizerFast]:
    """A language model and a tokenizer that have never heard of video, their tables of one size, as Llama-3.2's."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["<pad>", "<end>", "<unk>", "what", "happens", "a", "car"]
    core = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, pad_token="<pad>", eos_token="<end>", unk_token="<unk>")
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        tie_word_embeddings=tie, pad_token_id=0, eos_token_id=1, bos_token_id=None,
    )  # fmt: skip
    return LlamaForCausalLM(config), tokenizer


def small_parts(hidden: int = 16) -> tuple[TubeletEncoder, MergingProjector]:
    encoder = TubeletEncoder(size=32, widths=(8, 8, 16, 16))
    return encoder, MergingProjector(encoder.out_dim, encoder.tokens, 2, hidden)


def test_an_undefined_encoder_is_an_error_at_once() -> None:
    llm, tokenizer = plain_llm(tie=True)
    with pytest.raises(ModelError, match="encoder is None"):
        VideoLLaMA(None, small_parts()[1], llm, tokenizer)  # type: ignore[arg-type]


@pytest.mark.parametrize("tie", [True, False])
def test_the_video_token_gets_a_row_of_its_own_and_tied_weights_stay_tied(tie: bool) -> None:
    llm, tokenizer = plain_llm(tie)
    assert llm.get_input_embeddings().num_embeddings == 7
    model = VideoLLaMA(*small_parts(), llm, tokenizer)
    table = llm.get_input_embeddings()
    assert model.video_token_id == 7 < table.num_embeddings == llm.lm_head.out_features == llm.config.vocab_size
    assert (llm.lm_head.weight is table.weight) == tie
    ids = tokenizer(f"{VIDEO}{VIDEO} what happens", return_tensors="pt").input_ids
    assert model(ids, [[frames(2)]]).logits.shape == (1, 4, 8)


def test_a_language_model_without_its_tokenizer_is_an_error() -> None:
    with pytest.raises(ModelError, match="without its tokenizer"):
        VideoLLaMA(*small_parts(), plain_llm(tie=True)[0])


def test_a_language_model_loads_from_a_folder_and_an_unknown_name_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    llm, tokenizer = plain_llm(tie=True)
    llm.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    model = VideoLLaMA(*small_parts(), tmp_path)
    assert torch.equal(model.llm.lm_head.weight[:7], llm.lm_head.weight)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match=r"'nobody/no-such-model' cannot be loaded .* Give a folder"):
        VideoLLaMA(*small_parts(), "nobody/no-such-model")


def test_a_batch_of_clips_of_different_lengths_gives_each_row_what_it_gets_alone(tiny: VideoLLaMA) -> None:
    clips = [frames(4, seed=1), frames(8, seed=2)]
    texts = [prompt(tiny, "What happens?", [[1, 2]]), prompt(tiny, "What happens at second 3?", [[1, 2, 3, 4]])]
    batch = tiny.tokenizer(texts, return_tensors="pt", padding=True, padding_side="left")
    together = tiny(batch.input_ids, [[c] for c in clips], batch.attention_mask).logits
    for row, (text, clip) in enumerate(zip(texts, clips, strict=True)):
        ids = tiny.tokenizer(text, return_tensors="pt").input_ids
        alone = tiny(ids, [[clip]]).logits[0]
        torch.testing.assert_close(together[row, -len(alone) :], alone, atol=1e-4, rtol=1e-4)


def test_two_videos_in_one_prompt_keep_their_places(tiny: VideoLLaMA) -> None:
    first, second = frames(2, seed=1), frames(4, seed=2)
    ids = tiny.tokenizer(prompt(tiny, "Which?", [[1], [1, 2]]), return_tensors="pt").input_ids
    embeds = tiny.embed(ids, [[first, second]])
    got = embeds[ids == tiny.video_token_id]
    torch.testing.assert_close(got, torch.cat([tiny.encode(first[None])[0], tiny.encode(second[None])[0]]))
    assert not torch.allclose(tiny.embed(ids, [[first, frames(4, seed=3)]]), embeds)


def test_a_row_without_video_beside_one_with_video(tiny: VideoLLaMA) -> None:
    texts = [prompt(tiny, "What happens?", []), prompt(tiny, "What?", [[1]])]
    batch = tiny.tokenizer(texts, return_tensors="pt", padding=True, padding_side="left")
    logits = tiny(batch.input_ids, [[], [frames(2)]], batch.attention_mask).logits
    assert torch.isfinite(logits[batch.attention_mask.bool()]).all()


def test_a_mask_that_was_not_lengthened_is_an_error(tiny: VideoLLaMA) -> None:
    ids = tiny.tokenizer(prompt(tiny, "What?", [[1, 2]]), return_tensors="pt").input_ids
    short = torch.ones(1, ids.shape[1] - 3, dtype=torch.long)
    with pytest.raises(SpliceError, match=r"attention_mask is \[1, \d+\], the ids are"):
        tiny(ids, [[frames(4)]], short)
    with pytest.raises(SpliceError, match="attention_mask"):
        tiny.generate(ids, [[frames(4)]], short)
    with pytest.raises(SpliceError, match="labels"):
        tiny(ids, [[frames(4)]], labels=ids[:, :-1])


def test_labels_leave_out_prompt_video_and_padding(tiny: VideoLLaMA) -> None:
    asked = prompt(tiny, "What happens?", [[1, 2]])
    texts = [asked + " the red car stops <|end|>", asked + " nothing <|end|>"]
    batch = tiny.tokenizer(texts, return_tensors="pt", padding=True, padding_side="right")
    asked_length = len(tiny.tokenizer(asked).input_ids)
    labels = tiny.mask_labels(batch.input_ids, [asked_length] * 2)
    kept = [tiny.tokenizer.decode(row[row != IGNORED]) for row in labels]
    assert kept == ["the red car stops <|end|>", "nothing <|end|>"]
    loss = tiny(batch.input_ids, [[frames(4)]] * 2, batch.attention_mask, labels).loss
    other = tiny.mask_labels(batch.input_ids, [0, 0])
    assert loss != tiny(batch.input_ids, [[frames(4)]] * 2, batch.attention_mask, other).loss


def test_generate_with_the_cache_writes_what_it_writes_without(tiny: VideoLLaMA) -> None:
    ids = tiny.tokenizer(prompt(tiny, "What happens?", [[1, 2]]), return_tensors="pt").input_ids
    options = {"max_new_tokens": 12, "eos_token_id": None}
    cached = tiny.generate(ids, [[frames(4)]], **options)
    assert torch.equal(cached, tiny.generate(ids, [[frames(4)]], use_cache=False, **options))
    assert cached.shape == (1, 12)


@pytest.mark.parametrize(
    ("signal", "told"),
    [("none", False), ("frame order", False), ("timestamp text", True), ("timestamp vector", True)],
)
def test_only_a_timestamp_tells_when(tiny: VideoLLaMA, signal: str, told: bool) -> None:
    tiny.time_signal = signal

    def logits(seconds: list[float]) -> torch.Tensor:
        ids = tiny.tokenizer(prompt(tiny, "When?", [seconds]), return_tensors="pt").input_ids
        return tiny(ids, [[frames(6)]], seconds=[[seconds]]).logits

    early, late = logits([1.0, 2.0, 3.0]), logits([10.0, 20.0, 30.0])
    assert torch.equal(early, late) is not told


def test_a_timestamp_vector_is_added_to_each_token_of_its_moment(tiny: VideoLLaMA) -> None:
    tiny.time_signal = "timestamp vector"
    video = torch.zeros(4, 32)
    table = tiny.llm.get_input_embeddings().weight
    five, nine = (table[tiny.tokenizer.convert_tokens_to_ids(n)] for n in ("5", "9"))
    assert torch.equal(tiny.tell_time(video, [5.2, 8.9]), torch.stack([five, five, nine, nine]))
    ids = tiny.tokenizer(prompt(tiny, "When?", [[5.2, 8.9]]), return_tensors="pt").input_ids
    with pytest.raises(SpliceError, match="seconds of the clips are missing"):
        tiny(ids, [[frames(4)]])


def test_tokens_alone_do_not_show_a_bag_of_frames_in_another_order_as_the_same(tiny: VideoLLaMA) -> None:
    ids = tiny.tokenizer(prompt(tiny, "What?", [[1, 2, 3]]), return_tensors="pt").input_ids
    clip = frames(6)
    assert not torch.allclose(tiny(ids, [[clip]]).logits, tiny(ids, [[clip[[4, 5, 2, 3, 0, 1]]]]).logits)


def test_an_unseen_word_is_spelled_and_not_lost() -> None:
    tokenizer = build_tokenizer(["the red car"])
    ids = tokenizer("the zebra at 0:05").input_ids
    assert tokenizer.unk_token_id not in ids
    assert tokenizer.decode(ids, clean_up_tokenization_spaces=False).replace(" ", "") == "thezebraat0:05"


def test_saved_and_loaded_it_gives_the_same_logits(tiny: VideoLLaMA, tmp_path: Path) -> None:
    tiny.save_pretrained(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"config.json", "model.safetensors", "tokenizer.json"}
    again = VideoLLaMA.from_pretrained(tmp_path)
    ids = tiny.tokenizer(prompt(tiny, "What happens?", [[1, 2]]), return_tensors="pt").input_ids
    assert torch.equal(again.tokenizer(prompt(again, "What happens?", [[1, 2]]), return_tensors="pt").input_ids, ids)
    assert torch.equal(tiny(ids, [[frames(4)]]).logits, again(ids, [[frames(4)]]).logits)
    assert again.llm.lm_head.weight is again.llm.get_input_embeddings().weight


def test_a_damaged_folder_is_a_model_error(tiny: VideoLLaMA, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has no config\.json"):
        VideoLLaMA.from_pretrained(tmp_path)
    tiny.save_pretrained(tmp_path)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelError, match="does not load"):
        VideoLLaMA.from_pretrained(tmp_path)
