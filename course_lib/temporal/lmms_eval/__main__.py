"""`python -m course_lib.temporal.lmms_eval FOLDER FROM:TO`."""

from __future__ import annotations

import argparse
import re
import sys

from course_lib.errors import CourseError
from course_lib.temporal.lmms_eval.write import write_task


def _seeds(text: str) -> range:
    found = re.fullmatch(r"(\d{1,6}):(\d{1,6})", text, re.ASCII)
    if not found or int(found[1]) >= int(found[2]):
        raise argparse.ArgumentTypeError(f"{text!r} holds no seeds: give FROM:TO, like 0:50")
    return range(int(found[1]), int(found[2]))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m course_lib.temporal.lmms_eval", description=write_task.__doc__)
    parser.add_argument("folder")
    parser.add_argument("seeds", type=_seeds, metavar="FROM:TO")
    parser.add_argument("--scene-kind", action="append", metavar="KIND")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--each", type=int, default=2)
    options = parser.parse_args(arguments)
    try:
        path = write_task(
            options.folder, options.seeds, options.scene_kind or ("story",), options.seconds, options.each
        )
    except CourseError as problem:
        sys.stderr.write(f"{type(problem).__name__}: {problem}\n")
        return 2
    sys.stdout.write(f"Written: {path}. Next: lmms_eval --include_path {path.parent} --tasks clipworld --model …\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
