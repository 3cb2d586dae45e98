"""A tokenizer for a small world: whole words, whole seconds, and letters for everything else."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from typing import TYPE_CHECKING

from course_lib.model.prompt import ASSISTANT, END, USER, VIDEO

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

PAD, UNKNOWN = "<|pad|>", "<|unknown|>"
LAST_NUMBER = 199  # whole seconds and counts up to this are one token each


def build_tokenizer(texts: Iterable[str]) -> PreTrainedTokenizerFast:
    """WordPiece over the words of `texts`, the numbers 0 to 199 and 00 to 09, and single characters.

    A word that it has never seen is spelled, not lost. Lower-cases; accents are stripped.
    Source: WordPiece (Schuster & Nakajima, 2012), tokenizers.models.WordPiece.
    """
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = sorted({word for text in texts for word in re.findall(r"[a-z]+", text.lower())})
    numbers = [str(n) for n in range(LAST_NUMBER + 1)] + [f"{n:02d}" for n in range(10)]
    characters = [c for c in string.printable if not c.isspace() and not c.isupper()] + ["…"]
    vocabulary: dict[str, int] = {}
    for piece in (
        PAD,
        UNKNOWN,
        USER,
        ASSISTANT,
        END,
        VIDEO,
        *numbers,
        *words,
        *characters,
        *("##" + c for c in characters),
    ):
        vocabulary.setdefault(piece, len(vocabulary))
    core = Tokenizer(models.WordPiece(vocabulary, unk_token=UNKNOWN, max_input_chars_per_word=60))
    core.normalizer = normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()])
    core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    core.decoder = decoders.WordPiece(cleanup=True)
    core.add_special_tokens([AddedToken(t, special=True) for t in (PAD, UNKNOWN, USER, ASSISTANT, END, VIDEO)])
    return PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token=PAD, unk_token=UNKNOWN, eos_token=END,
        additional_special_tokens=[USER, ASSISTANT, VIDEO],
    )  # fmt: skip


def world_texts() -> list[str]:
    """Every word that clipworld's questions and answers can hold."""
    from course_lib.clipworld import phrasings, questions, words

    said = [v for v in vars(phrasings).values() if isinstance(v, str)]
    said += [t for v in vars(phrasings).values() if isinstance(v, tuple) for t in v]
    said = [re.sub(r"\{[a-z0-9_]+\}", " ", text) for text in said]
    for action in words.ACTIONS:
        said += [action.present, action.past, action.gerund, action.base]
    said += [*words.COLOURS, *words.KINDS, questions.NOTHING, questions.UNSEEN]
    return [*said, "the and then from second to before after person in video lasts seconds"]
