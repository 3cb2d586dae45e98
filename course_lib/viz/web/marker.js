// Drawing on the viewer: events of one's own, started and ended at the playhead, named, mended and saved.

const PATIENCE = 10_000; // ms that saving may take
const HINT = "Space plays. S starts an event, S ends it, then say who does what. Ctrl+Z undoes, Ctrl+S saves.";
const EMPTY = "nothing yet: press S, or drag along here";
const STEP = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };

function mark(context) {
  const handle = view(context);
  const { model, duration, tracks } = handle;
  const track = tracks.yours;
  const past = []; // what undo goes back to
  let open = null; // the second at which an event was started that has not ended
  let draft = null; // {start, end} of an event without a name
  let chosen = null; // the event that the form and the two ends are of
  let resume = false; // whether the film was playing when it stopped for a name
  let waiting = 0;

  const button = (text, onclick) => make("button", { type: "button", onclick }, text);
  const startEnd = button("", () => startOrEnd());
  const undoing = button("Undo", () => undo());
  const said = make("p", { class: "tl-note", role: "status" });
  const ghost = make("div", { class: "tl-ghost", "aria-hidden": "true" });
  const form = nameForm({ kept: keep, dropped: remove, left: leave, save });
  const ends = makeEnds(handle, setEnd);

  const events = () => model.get("events");
  const bars = () => [...track.querySelectorAll(".tl-bar")];
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  function say(text, wrong = false) {
    said.textContent = text;
    said.classList.toggle("tl-wrong", wrong);
  }
  function tell() {
    const n = events().length;
    const place = same(events(), model.get("saved")) && model.get("saved_in");
    say(`${n} event${n === 1 ? "" : "s"}, ${place ? `saved in ${place}` : "not saved yet"}.`);
  }

  function change(next) {
    past.push(events());
    put(next);
  }
  function put(next) {
    model.set("events", [...next].sort((a, b) => a.start - b.start || a.end - b.end));
    model.save_changes();
  }

  function redraw() {
    const made = handle.setBars("yours", events().map((e) => ({
      start: e.start, end: e.end, text: nameOf(e), kind: "",
      label: `yours: ${nameOf(e)}, ${e.start.toFixed(1)} to ${seconds(e.end)}. Enter twice renames it, Delete deletes it.`,
    })), EMPTY);
    made.forEach((node, i) => node.addEventListener("click", () => choose(events()[i])));
    track.append(ghost);
    form.offer(events());
    choose(events().find((e) => same(e, chosen)) ?? null);
    tell();
    showOpen();
  }

  function choose(event) {
    chosen = event;
    const at = events().indexOf(event);
    bars().forEach((node, i) => node.classList.toggle("tl-chosen", i === at));
    ends.show(event, bars()[at] ?? null);
    if (draft) return;
    if (event) form.show(event, "Delete");
    else form.hide();
  }

  function showOpen(t = handle.time()) {
    const [a, b] = draft ? [draft.start, draft.end] : [Math.min(open ?? t, t), Math.max(open ?? t, t)];
    ghost.hidden = !draft && open === null;
    ghost.style.left = `${(a / duration) * 100}%`;
    ghost.style.width = `max(2px, ${((b - a) / duration) * 100}%)`;
    startEnd.textContent = open === null ? "Start event (S)" : "End event (S)";
    undoing.disabled = !past.length && !draft && open === null;
  }

  function startOrEnd() {
    const t = hundredth(handle.time());
    if (draft) return unnamed();
    if (open === null) {
      if (t > duration - SHORTEST) return say("The film ends here. Go back to where the event starts.", true);
      choose(null);
      open = t;
      say(`An event starts at ${seconds(t)}. Press S again where it ends, or Esc to forget it.`);
      showOpen();
    } else if (Math.abs(t - open) < SHORTEST) {
      say("An event needs a length. Go on, and press S where it ends.", true);
    } else {
      askName(Math.min(open, t), Math.max(open, t));
    }
  }

  function askName(start, end) {
    resume = handle.playing();
    handle.pause();
    choose(null);
    open = null;
    draft = { start, end };
    form.show(draft, "Drop");
    showOpen();
    say("Who does what? Enter keeps it, Esc drops it.");
    form.focus();
  }

  function unnamed() {
    say(`Name the event from ${draft.start.toFixed(1)} to ${seconds(draft.end)} first, or press Esc to drop it.`, true);
    form.focus();
  }

  function keep(subject, action) {
    const { start, end } = draft ?? chosen;
    const others = events().filter((e) => e !== chosen);
    draft = chosen = null;
    change([...others, { start, end, subject, action }]);
    handle.focus();
    if (resume) handle.play();
    resume = false;
  }

  // Away with the event that the form is of.
  function remove() {
    const gone = draft ? null : chosen;
    draft = chosen = null;
    if (gone) change(events().filter((e) => e !== gone));
    else redraw();
    handle.focus();
  }

  function leave() {
    if (draft) return remove();
    open = null;
    choose(null);
    tell();
    showOpen();
    handle.focus();
  }

  function undo() {
    if (draft || open !== null) leave();
    else if (past.length) put(past.pop());
    else say("There is nothing to undo.");
    showOpen();
    handle.focus();
  }

  function save() {
    if (draft) return unnamed();
    if (open !== null) return say("An event has not ended. Press S where it ends, or Esc to forget it.", true);
    say("Saving …");
    clearTimeout(waiting);
    waiting = setTimeout(() => say("The kernel does not answer, and nothing is saved. Is it running?", true), PATIENCE);
    model.send({ kind: "save", events: events() });
  }

  function setEnd(side, t) {
    const next = { ...chosen, [side]: t };
    const others = events().filter((e) => e !== chosen);
    chosen = next;
    change([...others, next]);
    handle.seek(t);
    ends.focus(side);
  }

  handle.drag = (event) => {
    if (!track.contains(event.target) || draft || open !== null) return false;
    const [x, from] = [event.clientX, handle.secondAt(event.clientX)];
    track.setPointerCapture(event.pointerId);
    choose(null);
    handle.seek(from);
    track.onpointermove = (e) => {
      if (open === null && Math.abs(e.clientX - x) > 4) open = from;
      handle.seek(handle.secondAt(e.clientX));
    };
    track.onpointerup = track.onpointercancel = (e) => {
      track.onpointermove = track.onpointerup = track.onpointercancel = null;
      if (open === null) return;
      const [a, b] = [open, handle.secondAt(e.clientX)].map(hundredth).sort((m, n) => m - n);
      if (e.type === "pointerup" && b - a >= SHORTEST) askName(a, b);
      else leave();
    };
    return true;
  };

  handle.key = (event) => {
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const mine = events()[bars().indexOf(event.target)];
    const atEnd = event.target.matches(".tl-end");
    if (command && key === "z" && !event.shiftKey) undo();
    else if (command && key === "s") save();
    else if (command || event.altKey) return false;
    else if (key === "s") startOrEnd();
    else if (key === "escape") leave();
    else if (atEnd && STEP[event.key]) ends.step(event.target, STEP[event.key] * (event.shiftKey ? 1 : 0.1));
    else if (mine && !draft && (key === "delete" || key === "backspace")) {
      chosen = mine;
      remove();
    } else if (mine && mine === chosen && key === "enter") form.rename();
    else return false;
    event.preventDefault();
    return true;
  };

  const answered = (message) => {
    if (message.kind !== "said") return;
    clearTimeout(waiting);
    if (message.wrong) say(message.text, true);
    else tell();
  };
  model.on("msg:custom", answered);
  model.on("change:events", redraw);
  handle.controls.append(startEnd, undoing, button("Save", save));
  handle.now.after(form.node);
  handle.note.after(make("p", { class: "tl-note tl-soft" }, HINT), said);
  handle.listeners.push(showOpen);
  handle.placed = ends.place;
  redraw();

  const close = handle.close;
  handle.close = () => {
    clearTimeout(waiting);
    model.off("msg:custom", answered);
    model.off("change:events", redraw);
    close();
  };
  return handle;
}
