"""Code that patches what might judge it, or hands back what pretends to be the answer."""

import pytest

from course_lib.checks.check import Case, Values
from tests.hostile.attack import answering, handed_in, seen

PATCHES = {
    "numpy.testing": (
        "import numpy.testing as t\nfor n in dir(t):\n"
        "    if n.startswith('assert'): setattr(t, n, lambda *a, **k: None)"
    ),
    "numpy": "import numpy\nnumpy.isclose = numpy.allclose = numpy.array_equal = lambda *a, **k: True",
    "torch.allclose": (
        "import torch\ntorch.allclose = torch.equal = torch.isclose = torch.Tensor.__eq__ = lambda *a, **k: True"
    ),
    "builtins": "import builtins\nbuiltins.len = builtins.all = builtins.any = builtins.isinstance = lambda *a: True",
    "json.dumps": "import json\njson.dumps = lambda *a, **k: '[\"result\",[1,3]]'",
    "math": "import math\nmath.isclose = lambda *a, **k: True",
    "unittest": "import unittest\nunittest.TestCase.assertEqual = lambda *a, **k: None",
    "sys.modules": "import sys\nfor n in list(sys.modules): sys.modules[n] = None",
    "check": "import course_lib.learn\ncourse_lib.learn.check = check = lambda *a, **k: None",
    "the runner": "import sys\nr = sys.modules['grader_runner']\nr._call = lambda *a: ['result', 'pass', []]",
    "pass it on": "import sys\nr = sys.modules['grader_runner']\nr._call = lambda *a: ['pass', 3.0]",
    "points": "import sys\nr = sys.modules['grader_runner']\nr._call = lambda *a: {'points': 3}",
    "trace": "import sys\nsys.settrace(lambda *a: 1 / 0)",
    "profile": "import sys\nsys.setprofile(lambda *a: 1 / 0)",
    "audit": "import sys\nsys.addaudithook(lambda *a: 1 / 0)",
    "signals": (
        "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)\n"
        "signal.signal(signal.SIGALRM, lambda *_: 1 / 0)"
    ),
    "excepthook": "import sys\nsys.excepthook = sys.unraisablehook = lambda *a: 1 / 0",
    "exit": "import atexit, os\natexit.register(os._exit, 0)",
    "import": "import builtins\nbuiltins.__import__ = lambda *a, **k: 1 / 0",
    "encodings": "import codecs\ncodecs.lookup = codecs.encode = lambda *a, **k: 1 / 0",
    "the collector": "import gc\ngc.callbacks.append(lambda *a: 1 / 0)\ngc.set_threshold(1)",
}


@pytest.mark.parametrize("what", PATCHES)
def test_a_patched_process_judges_nothing(sandbox, what):
    came = handed_in(sandbox, PATCHES[what] + answering("return list(range(n))", "\n"))
    assert came.points == 0 and came.state in ("wrong", "error", "crashed"), came


LIAR = """
class Liar:
    __class__ = property(lambda self: list)
    __eq__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __hash__ = lambda self: 0
    __len__ = lambda self: 2
    __getitem__ = lambda self, i: self
    __iter__ = lambda self: iter([1, 3])
    __array__ = lambda self, *a, **k: [1, 3]
    __bool__ = lambda self: True
    __getattr__ = lambda self, name: self
    __call__ = lambda self, *a, **k: self
    __instancecheck__ = __subclasscheck__ = lambda self, other: True
    __index__ = lambda self: 1
    __reduce__ = lambda self: (exit, ())
"""
SLY = {
    "liar": "return Liar()",
    "liars in a list": "return [Liar()] * n",
    "an int": "return [type('Int', (int,), {'__eq__': lambda s, o: True, '__hash__': int.__hash__})(0)] * n",
    "a list": "return type('List', (list,), {'__eq__': lambda s, o: True})([1] * n)",
    "a str": "return type('Str', (str,), {'__eq__': lambda s, o: True})('x')",
    "a dict": "return type('Dict', (dict,), {'__eq__': lambda s, o: True})()",
    "a bool for an int": "return [True] * n",
    "an array": (
        "import numpy\nreturn numpy.zeros(n).view(type('Array', (numpy.ndarray,), {'__eq__': lambda s, o: True}))"
    ),
    "objects in an array": "import numpy\nreturn numpy.array([object()] * n)",
    "a masked array": "import numpy\nreturn numpy.ma.masked_all(n, dtype=int)",
    "a structured array": "import numpy\nreturn numpy.zeros(n, dtype=[('a', 'i4')])",
    "a longdouble": "import numpy\nreturn numpy.longdouble(1)",
    "a date": "import numpy\nreturn numpy.datetime64('2020-01-01')",
    "bytes": "return bytes(n)",
    "a complex number": "return 1j",
    "a set": "return {1, 3}",
    "a range": "return range(n)",
    "a generator": "return (i for i in range(n))",
    "not a number": "return [float('nan')] * n",
    "infinity": "return [float('inf')] * n",
    "a number without end": "return 10 ** 5000",
    "numbers without end": "return [10 ** 400] * n",
    "half a character": "return '\\ud800' * n",
    "control": "return '\\x1b[2J\\u202e' * n",
    "itself": "x = []\nx.append(x)\nreturn x",
    "a deep list": "x = []\nfor _ in range(10**5): x = [x]\nreturn x",
    "keys that are no strings": "return {(1, 2): 3, 1.5: 2, True: 1, None: 0}",
    "a tensor that lies": (
        "import torch\nclass T(torch.Tensor):\n    @classmethod\n"
        "    def __torch_function__(cls, *a, **k): return 1\n"
        "return torch.ones(2).as_subclass(T)"
    ),
    "a tensor on no device": "import torch\nreturn torch.ones(2, device='meta')",
    "a sparse tensor": "import torch\nreturn torch.eye(3).to_sparse()",
    "a quantized tensor": "import torch\nreturn torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)",
    "a complex tensor": "import torch\nreturn torch.ones(2, dtype=torch.complex64)",
    "a huge tensor": "import torch\nreturn torch.ones(1).expand(10**12)",
    "nothing of a huge shape": "import torch\nreturn torch.ones(0, 10**15)",
    "a function": "return print",
    "the argument": "return total",
    "none": "return None",
    "an exception": "return ValueError('x')",
    "a module": "import sys\nreturn sys",
}


@pytest.mark.parametrize("what", SLY)
def test_what_pretends_to_be_the_answer_is_told_by_what_it_is(sandbox, what):
    came = handed_in(sandbox, answering(SLY[what], LIAR))
    assert came.points == 0 and came.state == "wrong", came
    assert "\x1b" not in came.said and came.said.encode()  # it can be printed, and written to a file


TENSOR = Values(lambda rng: [Case((4, 2))], lambda total, n: __import__("torch").ones(n))


@pytest.mark.parametrize(
    "what",
    ["a tensor that lies", "a tensor on no device", "a sparse tensor", "a complex tensor", "an array", "not a number"],
)
def test_a_tensor_is_compared_by_its_own_bytes(sandbox, what):
    came = handed_in(sandbox, answering(SLY[what], LIAR), check=TENSOR)
    assert (came.state, came.points) in [("wrong", 0), ("crashed", 0), ("error", 0)], came
    right = answering("import torch\ntorch.equal = None\nreturn torch.nn.Parameter(torch.ones(n))")
    assert handed_in(sandbox, right, check=TENSOR).state == "pass"


BAD_ERRORS = {
    "a huge message": "raise ValueError('x' * (1 << 26))",
    "a message of half characters": "raise ValueError('\\ud800\\x00\\x1b[2J')",
    "no message": "class E(Exception):\n    def __str__(self): raise self\nraise E",
    "a message that is none": "class E(Exception):\n    def __str__(self): return 3\nraise E",
    "a lying class": (
        "class M(type):\n    __name__ = property(lambda c: 1 / 0)\nclass E(Exception, metaclass=M): pass\nraise E"
    ),
    "a name that is none": "class M(type):\n    __name__ = ['x']\nclass E(Exception, metaclass=M): pass\nraise E",
    "an exit in its text": "import os\nclass E(Exception):\n    def __str__(self): os._exit(0)\nraise E",
    "no traceback": "class E(Exception):\n    __traceback__ = property(lambda s: 1 / 0)\nraise E",
    "a line that is none": "e = SyntaxError('x')\ne.lineno, e.text = 'x', ['y']\nraise e",
    "a group": "raise BaseExceptionGroup('x', [ValueError(i) for i in range(1000)])",
    "a chain": "e = None\nfor i in range(10**5):\n    f = ValueError(i)\n    f.__cause__ = e\n    e = f\nraise e",
    "a grader's": "raise type('Broken', (Exception,), {})('timeout', 'x')",
    "a pass": "raise type('Passed', (Exception,), {'share': 1.0})('x')",
}


@pytest.mark.parametrize("what", BAD_ERRORS)
@pytest.mark.parametrize("place", ["cell", "answer"])
def test_an_exception_is_a_short_legible_text_whatever_its_class_says(sandbox, what, place):
    came = handed_in(sandbox, BAD_ERRORS[what] if place == "cell" else answering(BAD_ERRORS[what]))
    assert came.points == 0 and came.state in ("error", "crashed", "wrong"), came
    assert len(came.said) <= 4000 and came.said.encode() and "\x1b" not in came.said


def test_a_stub_in_disguise_is_not_attempted(sandbox):
    came = handed_in(sandbox, answering("raise type('Mine', (NotImplementedError,), {})"))
    assert (came.state, came.points) == ("not attempted", 0)


@pytest.mark.parametrize("line", ["%autoreload 2", "!cat /etc/passwd", "%%time", "  %matplotlib inline", "!rm -rf / &"])
def test_lines_for_a_notebook_s_kernel_do_nothing(sandbox, line):
    came = handed_in(sandbox, f"{line}\n" + answering("return [(2 * i + 1) * total // (2 * n) for i in range(n)]"))
    assert came.state == "pass"


def test_a_line_that_goes_on_with_a_remainder_is_python_and_stays(sandbox):
    assert seen(sandbox, "return [(given[0]\n    % given[1]), '''\n%d\n!x''']", [7, 4]) == [3, "\n    %d\n    !x"]


def test_a_cell_s_magic_that_hides_a_program_is_a_syntax_error(sandbox):
    came = handed_in(sandbox, "%%bash\ncat /etc/passwd > /tmp/x")
    assert came.state == "error" and came.said.startswith("SyntaxError")


def test_transformers_of_input_find_no_shell(sandbox):
    source = "ip = get_ipython()\nip.ast_transformers.append(None)\nip.input_transformers_cleanup.append(None)"
    came = handed_in(sandbox, source)
    assert came.state == "error" and "NameError: name 'get_ipython' is not defined" in came.said


def test_a_patched_compiler_changes_this_notebook_alone(sandbox):
    source = "import ast, builtins\nast.parse = lambda *a: ast.Module([], [])\nbuiltins.compile = lambda *a: None"
    came = handed_in(sandbox, source)
    assert (came.state, came.points) == ("error", 0) and "no cell hands an answer" in came.said
