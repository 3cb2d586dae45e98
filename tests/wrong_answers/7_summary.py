"""Wrong answers to exercise 7, as people write them."""


def _joined(ask, seconds, question="What happens at second {t}?", gap=1, least=2):
    """Events as [first second, last second, words], by one question for each of the seconds."""
    events = []
    for t in seconds:
        for words in ask(question.format(t=t), None).strip(" .").split(" and "):
            if words.startswith("the "):
                on = [e for e in events if e[2] == words and t - e[1] <= gap]
                if on:
                    on[0][1] = t
                else:
                    events.append([t, t, words])
    return [e for e in events if e[1] - e[0] >= least - 1]


def _told(events):
    return " ".join(f"{words} from second {first} to {last}." for first, last, words in events)


def summary__not_a_text(ask, duration):
    return _joined(ask, range(int(duration)))


def summary__not_a_text_2(ask, duration):
    _told(_joined(ask, range(int(duration))))


def summary__over_the_budget(ask, duration):
    return _told(_joined(ask, [t / 4 for t in range(4 * int(duration))]))


def summary__a_question_that_cannot_be_asked(ask, duration):
    answers = [ask("What happens?", [t, t + 0.5, t + 1]) for t in range(int(duration))]
    answers.append(ask("What happens?", [duration, duration + 0.5]))
    return " ".join(answers)


def summary__a_question_that_cannot_be_asked_2(ask, duration):
    return " ".join(ask("What happens?", t) for t in range(int(duration)))


def summary__never_asked(ask, duration):
    return "the red car turns right from second 3 to 6. the person in blue walks from second 9 to 13."


def summary__empty(ask, duration):
    events = _joined(ask, range(int(duration)))
    return _told([e for e in events if e[1] - e[0] > duration])


def summary__no_events_in_it(ask, duration):
    questions = [f"What happens at second {t}?" for t in range(int(duration))]
    for question in questions:
        ask(question, None)
    return " ".join(questions[:12])


def summary__no_events_in_it_2(ask, duration):
    times = [f"from second {first} to {last}." for first, last, _ in _joined(ask, range(int(duration)))]
    return " ".join(times)


def summary__one_question(ask, duration):
    return ask("Summarize the video with times.", None)


def summary__one_question_2(ask, duration):
    return ask("Describe what happens, in order.", [i + 0.5 for i in range(30)])


def summary__second_for_second(ask, duration):
    answers = [(t, ask(f"What happens at second {t}?", None)) for t in range(int(duration))]
    return " ".join(f"At second {t} {answer}." for t, answer in answers)


def summary__no_times(ask, duration):
    return " ".join(f"{words}." for _, _, words in _joined(ask, range(int(duration))))


def summary__a_number_for_a_second(ask, duration):
    seconds = [(i + 0.5) * duration / 16 for i in range(16)]
    answers = [ask(f"What happens at second {round(t)}?", None) for t in seconds]
    events = []
    for i, words in enumerate(answers):
        if events and events[-1][2] == words:
            events[-1][1] = i + 1
        elif words.startswith("the "):
            events.append([i, i + 1, words])
    return _told(events)


def summary__times_that_are_off(ask, duration):
    return _told([[last, last + 1, words] for _, last, words in _joined(ask, range(int(duration)))])


def summary__times_that_are_off_2(ask, duration):
    return " ".join(f"from second 0 to 30 {words}." for _, _, words in _joined(ask, range(int(duration))))


def summary__the_order(ask, duration):
    lines = []
    for _, _, words in _joined(ask, range(int(duration))):
        lines.insert(0, f"{words}.")
    return " ".join(lines)


def summary__the_order_2(ask, duration):
    events = _joined(ask, range(int(duration)))
    spans = [(first, last) for first, last, _ in events]
    return _told([[*span, words] for span, (_, _, words) in zip(reversed(spans), events)])


def summary__events_left_out(ask, duration):
    return _told(_joined(ask, range(0, int(duration), 8), least=1))


def summary__events_left_out_2(ask, duration):
    return _told(_joined(ask, range(int(duration)))[:3])


def summary__invented(ask, duration):
    colours = ("red", "blue", "green", "yellow", "black", "orange", "purple")
    guesses = [f"the {c} dog runs from second {2 * i} to {2 * i + 2}." for i, c in enumerate(colours)]
    return " ".join([_told(_joined(ask, range(int(duration)))), *guesses])


def summary__too_long(ask, duration):
    lines = [_told(_joined(ask, range(int(duration))))]
    lines += [f"I asked the model what can be seen at {t} and put its answer together." for t in range(30)]
    return "\n".join(lines)


def summary__borrowed_from_the_library(ask, duration):
    from course_lib.checks.summary.clips import second_by_second

    return second_by_second(ask.model, ask)


CLAIM = {
    "clip": "demo", "model": "pocket", "question": "What happens at second 7?", "answer": "the blue bird lands",
    "shows": "the blue bird flies", "start": 5.7, "end": 9.6,
}  # fmt: skip


def claim__not_a_dict():
    return "At second 7 the model says that the bird lands, but it flies."


def claim__a_missing_key():
    return {key: value for key, value in CLAIM.items() if key != "question"}


def claim__a_value_of_the_wrong_type():
    return CLAIM | {"start": "0:06", "end": "0:09"}


def claim__a_value_of_the_wrong_type_2():
    return CLAIM | {"start": 35.0, "end": 40.0}


def claim__start_after_end():
    return CLAIM | {"start": 9.6, "end": 5.7}


def claim__no_such_clip():
    return CLAIM | {"clip": "holiday.mp4"}


def claim__no_such_clip_2():
    return CLAIM | {"clip": 1_000_007}


def claim__no_such_model():
    return CLAIM | {"model": "pockets"}


def claim__no_question_about_time():
    return CLAIM | {"question": "Which colour has the bird?"}


def claim__the_model_does_not_say_that():
    return CLAIM | {"answer": "the red ball rolls"}


def claim__the_model_does_not_say_that_2():
    return CLAIM | {"question": "What happens at second 12?"}


def claim__the_answer_is_right():
    return CLAIM | {"question": "What happens at second 17?", "answer": "the person in purple waves"}


def claim__the_answer_is_right_2():  # right, and the evidence true: only nothing is contradicted
    return CLAIM | {"question": "What happens at second 3?", "answer": "the blue bird lands"}


def claim__nothing_that_can_be_judged():
    return CLAIM | {"question": "Is there a red ball after second 9?", "answer": "the red ball bounces"}


def claim__not_one_event():
    return CLAIM | {"shows": "it is flying around, not landing at all, and then the ball rolls"}


def claim__not_one_event_2():
    return CLAIM | {"shows": "something else"}


def claim__the_evidence_is_not_in_the_clip():
    return CLAIM | {"shows": "the white dog runs"}


def claim__the_evidence_is_of_something_else():
    return CLAIM | {"shows": "the person in purple waves", "start": 16.0, "end": 19.0}


def claim__the_whole_clip_as_the_place():
    return CLAIM | {"start": 0.0, "end": 30.0}


def claim__the_evidence_is_elsewhere_in_time():
    return CLAIM | {"start": 16.0, "end": 19.0}


def claim__the_evidence_is_elsewhere_in_time_2():  # frame numbers for seconds
    return CLAIM | {"start": 3.0, "end": 5.0}


def claim__not_replayed_here():
    return CLAIM | {"clip": "/etc/hostname"}


def claim__not_replayed_here_2():
    return CLAIM | {"model": "llava-video-7b"}


def claim__not_replayed_here_3():
    return CLAIM | {"model": "../weights/pocket"}


for _handed_in in (claim__not_replayed_here, claim__not_replayed_here_2, claim__not_replayed_here_3):
    _handed_in.handed_in = True
