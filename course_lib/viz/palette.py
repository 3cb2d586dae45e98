"""Colours that everybody can tell apart (Okabe and Ito, 2008), and never alone: each goes with a word or a hatch."""

RIGHT = "#0072B2"  # blue
WRONG = "#D55E00"  # vermilion
PASS = "#009E73"  # green
NEUTRAL = "#8c959f"  # grey
# Vermilion is too faint for words on white.
WRONG_TEXT = "#b04a00"
TRUE = "#5B6770"
INK, SOFT, PAPER, RULE = "#1b1f24", "#59636e", "#ffffff", "#d5dae0"
HATCH = {"invented": "xx", "shifted": "//", "skipped": "..", "order": "\\\\"}
# Answers on the confusion picture: colour and marker (matplotlib's letters), no two alike in either.
MARKS = {
    "right": ("#0072B2", "o"),  # blue
    "shifted": ("#D55E00", "^"),  # vermilion
    "order": ("#CC79A7", "D"),  # purple
    "invented": ("#1b1f24", "X"),  # black
    "skipped": ("#E69F00", "s"),  # orange
    "false_abstain": ("#009E73", "v"),  # green
    "false_confident": ("#56B4E9", "*"),  # sky blue
    "unread": ("#8c959f", "P"),  # grey
}
