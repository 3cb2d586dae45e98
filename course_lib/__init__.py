"""course_lib: the library of the course on video language models.

Each room (subpackage) is one idea and loads what it needs when it is used: importing `course_lib` loads neither torch
nor transformers.
"""

__version__ = "0.1.0"
