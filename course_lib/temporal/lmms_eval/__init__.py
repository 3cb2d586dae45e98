"""clipworld's questions as a task of lmms-eval (LMMs-Lab's harness), with our judge.

    python -m course_lib.temporal.lmms_eval FOLDER 0:50
    lmms_eval --model qwen2_5_vl --include_path FOLDER --tasks clipworld --batch_size 1

`write_task` writes clips, questions and the task file into a folder; the harness calls the functions of `task`.
"""

from course_lib.temporal.lmms_eval.write import write_task

__all__ = ["write_task"]
