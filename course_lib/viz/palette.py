"""Colours that everybody can tell apart (Okabe and Ito, 2008), and never alone: each goes with a word or a hatch."""

RIGHT = "#0072B2"  # blue
WRONG = "#D55E00"  # vermilion
TRUE = "#5B6770"
INK, SOFT, PAPER, RULE = "#1b1f24", "#59636e", "#ffffff", "#d5dae0"
HATCH = {"invented": "xx", "shifted": "//", "skipped": "..", "order": "\\\\"}
