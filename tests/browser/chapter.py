"""Which cells of a notebook one of its cells needs."""

from __future__ import annotations

import symtable
from collections.abc import Sequence


def needed(sources: Sequence[str], goal: int) -> list[int]:
    """The indices of the cells that bind the names which the cell `goal` reads, of those that these need, and `goal`.

    Not found is what a cell changes without binding it anew (`seen.append(1)`), or from what it was (`n = n + 1`).
    """
    bound, read = names_of(sources[goal])
    wanted, names = [goal], read - bound
    for i in range(goal - 1, -1, -1):
        bound, read = names_of(sources[i])
        if bound & names:
            wanted.insert(0, i)
            names = names - bound | (read - bound)
    return wanted


def names_of(source: str) -> tuple[set[str], set[str]]:
    """The global names that a cell binds, and those that it reads, functions of it too."""
    top = symtable.symtable(source, "cell", "exec")
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    read, tables = {s.get_name() for s in top.get_symbols() if s.is_referenced()}, top.get_children()
    while tables:
        table = tables.pop()
        read |= {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
        tables += table.get_children()
    return bound, read
