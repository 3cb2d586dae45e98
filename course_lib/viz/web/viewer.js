// A film over one axis of seconds. `view` draws the viewer; the marker builds on what it returns.

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120];
const GAP = 8; // pixels between neighbours in a lane
const LEAST = 6; // pixels of the shortest bar

const seconds = (t) => `${t.toFixed(1)} s`;
const clamp = (x, low, high) => Math.min(Math.max(x, low), high);

// Lanes for bars, so that neither they nor their labels lie over each other; labels are as wide as the browser says.
function placeBars(track, duration) {
  const width = track.clientWidth;
  const buttons = [...track.querySelectorAll(".tl-bar")];
  for (const button of buttons) button.firstChild.style.maxWidth = `${width}px`;
  const sizes = buttons.map((button) => [Math.ceil(button.firstChild.offsetWidth), button.firstChild.offsetHeight]);
  const lanes = [];
  const places = buttons.map((button, i) => {
    const [wide, tall] = sizes[i];
    const left = clamp((Number(button.dataset.start) / duration) * width, 0, width - LEAST);
    const right = clamp((Number(button.dataset.end) / duration) * width, left + LEAST, width);
    const label = left + wide > width ? Math.max(0, right - wide) : left;
    const [from, to] = [Math.min(left, label), Math.max(right, label + wide)];
    let lane = lanes.find((l) => l.taken.every(([a, b]) => to + GAP <= a || from >= b + GAP));
    if (!lane) lanes.push((lane = { taken: [], tall: 0 }));
    lane.taken.push([from, to]);
    lane.tall = Math.max(lane.tall, tall);
    return { lane, left, right, label, from, to };
  });
  let top = 0;
  for (const lane of lanes) { lane.top = top; top += lane.tall + 16; }
  places.forEach(({ lane, left, right, label, from, to }, i) => {
    const [text, bar] = buttons[i].children;
    Object.assign(buttons[i].style, { left: `${from}px`, width: `${to - from}px`, top: `${lane.top}px`, height: `${lane.tall + 12}px` });
    text.style.left = `${label - from}px`;
    Object.assign(bar.style, { left: `${left - from}px`, width: `${right - left}px` });
  });
  track.style.height = `${Math.max(top, 24)}px`;
}

function placeNumbers(ruler, duration) {
  const width = ruler.clientWidth;
  const step = STEPS.find((s) => (s / duration) * width >= 44) ?? 300;
  const numbers = [];
  for (let k = 0; k * step <= duration + 1e-6; k++) {
    const number = make("span", { class: "tl-number" }, String(Number((k * step).toFixed(1))));
    number.style.left = `${((k * step) / duration) * 100}%`;
    numbers.push(number);
  }
  ruler.replaceChildren(...numbers);
}

function view({ model, el }) {
  const data = model.get("data");
  const { duration } = data;
  let player = null;
  let frame = 0;
  let shownAt = -1;
  const listeners = []; // of what the playhead does, for the marker

  const screen = make("div", { class: "tl-screen" });
  screen.style.setProperty("--shape", String(data.width / data.height));
  const note = make("p", { class: "tl-note", role: "status" }, data.note);
  const button = make("button", { type: "button", class: "tl-play", onclick: () => toggle() });
  const clock = make("span", { class: "tl-clock" });
  const now = make("div", { class: "tl-now" });
  const side = make("div", { class: "tl-side" }, now);
  side.style.minHeight = `${38 * data.rows.length}px`; // what happens now moves nothing when it comes
  const controls = make("div", { class: "tl-controls" }, button, clock);
  const ruler = make("div", {
    class: "tl-ruler", role: "slider", tabindex: "0", "aria-label": "Second of the clip", "aria-valuemin": "0",
    "aria-valuemax": String(duration), title: "Arrows: 0.1 s, with Shift: 1 s. Space: play or pause.",
  });
  const playhead = make("div", { class: "tl-playhead", "aria-hidden": "true" });
  const axis = make("div", { class: "tl-axis" });
  const overlay = make("div", { class: "tl-overlay" }, playhead);
  const root = make("div", {
    class: "tl", role: "group", "aria-label": data.title || "Clip and timeline",
  });

  const tracks = {};
  function addTrack(name, track) {
    tracks[name] = track;
    axis.append(make("div", { class: "tl-name" }, name), track);
  }

  function setBars(name, bars, empty = "nothing") {
    const made = bars.map((bar) => {
      const node = make("button", {
        type: "button", class: "tl-bar", "aria-label": bar.label, "data-kind": bar.kind, "data-start": bar.start,
        "data-end": bar.end, onclick: () => handle.seek(bar.start),
      }, make("span", { class: "tl-text" }, bar.text), make("span", { class: "tl-fill" }));
      return node;
    });
    tracks[name].replaceChildren(...made, ...(made.length ? [] : [make("span", { class: "tl-none" }, empty)]));
    place(name);
    return made;
  }

  function place(name) {
    placeBars(tracks[name], duration);
    handle.placed?.();
  }

  function draw() {
    const t = handle.time();
    playhead.style.left = `${(t / duration) * 100}%`;
    player.show?.();
    if (Math.abs(t - shownAt) >= 0.05 || shownAt < 0) {
      shownAt = t;
      clock.textContent = `${t.toFixed(1)} / ${seconds(duration)}`;
      ruler.setAttribute("aria-valuenow", t.toFixed(1));
      ruler.setAttribute("aria-valuetext", `${t.toFixed(1)} seconds`);
      showNow(t);
    }
    for (const listen of listeners) listen(t);
  }

  function showNow(t) {
    const parts = data.rows.map(({ name }) => {
      const bars = [...tracks[name].querySelectorAll(".tl-bar")];
      for (const bar of bars) bar.classList.toggle("tl-on", bar.dataset.start <= t && t < bar.dataset.end);
      const on = bars.filter((bar) => bar.classList.contains("tl-on")).map((bar) => bar.textContent);
      return make("div", {}, make("div", { class: "tl-soft" }, `${name} at ${seconds(t)}`), on.join("; ") || "nothing");
    });
    now.replaceChildren(...parts);
  }

  function changed() {
    button.textContent = player.playing() ? "Pause" : "Play";
    draw();
    cancelAnimationFrame(frame);
    if (player.playing()) frame = requestAnimationFrame(run);
  }
  function run() {
    draw();
    if (player.playing()) frame = requestAnimationFrame(run);
    else changed();
  }
  function toggle() {
    if (player.playing()) player.pause();
    else player.play();
  }

  function useStills() {
    player?.close();
    note.textContent = "This browser cannot play H.264 video, so still frames are shown instead.";
    player = stillsPlayer(model, duration, () => changed());
    screen.replaceChildren(player.node);
  }

  const secondAt = (x) => {
    const box = ruler.getBoundingClientRect();
    return clamp((x - box.left) / box.width, 0, 1) * duration;
  };
  const handle = {
    model, root, axis, ruler, overlay, controls, now, note, tracks, duration, listeners, secondAt, setBars, place,
    time: () => clamp(player.time(), 0, duration),
    seek: (t) => { player.seek(clamp(t, 0, duration)); draw(); },
    playing: () => player.playing(),
    play: () => player.play(),
    pause: () => player.pause(),
    drag: null, // takes a pointer that goes down on a row, where it returns true
    key: null, // takes a key, where it returns true
    placed: null, // is told when bars lie elsewhere
    focus: () => ruler.focus({ preventScroll: true }),
    close: () => {},
  };

  axis.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("button, .tl-end, .tl-name")) return;
    event.preventDefault(); // no text is selected by dragging
    handle.focus();
    if (handle.drag?.(event)) return;
    axis.setPointerCapture(event.pointerId);
    handle.seek(secondAt(event.clientX));
    const move = (e) => handle.seek(secondAt(e.clientX));
    axis.addEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"])
      axis.addEventListener(end, () => axis.removeEventListener("pointermove", move), { once: true });
  });
  screen.addEventListener("click", () => { handle.focus(); toggle(); });
  keepKeys(root);
  root.addEventListener("keydown", (event) => {
    if (event.target.matches("input") || handle.key?.(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 1 : 0.1;
    const to = {
      ArrowLeft: handle.time() - step, ArrowDown: handle.time() - step, ArrowRight: handle.time() + step,
      ArrowUp: handle.time() + step, Home: 0, End: duration,
    }[event.key];
    if (to !== undefined) handle.seek(to);
    else if (event.key === " " && !event.target.matches("button")) toggle();
    else return;
    event.preventDefault();
  });

  if (data.title) root.append(make("p", { class: "tl-title" }, data.title));
  root.append(make("div", { class: "tl-top" }, make("div", { class: "tl-left" }, screen, controls), side), note, axis);
  for (const row of data.rows) addTrack(row.name, make("div", { class: `tl-track tl-row-${row.name}` }));
  if (data.ticks.length) {
    const at = data.ticks.map((t) => t.toFixed(1)).join(", ");
    const ticks = make("div", { class: "tl-track", role: "img", "aria-label": `looked at ${data.ticks.length} times: ${at} s` });
    for (const t of data.ticks) {
      const tick = make("span", { class: "tl-tick" });
      tick.style.left = `${(clamp(t, 0, duration) / duration) * 100}%`;
      ticks.append(tick);
    }
    addTrack("looked at", ticks);
  }
  addTrack("seconds", ruler);
  axis.append(overlay);
  for (const row of data.rows) setBars(row.name, row.bars);
  const plays = document.createElement("video").canPlayType('video/mp4; codecs="avc1.640028"');
  if (plays) {
    player = filmPlayer(model.get("film"), () => changed(), useStills);
    screen.replaceChildren(player.node);
  } else {
    useStills();
  }
  changed();

  const watch = new ResizeObserver(() => {
    if (!ruler.clientWidth) return; // out of sight
    placeNumbers(ruler, duration);
    for (const row of data.rows) place(row.name);
  });
  watch.observe(axis);
  el.append(root);
  handle.close = () => { watch.disconnect(); cancelAnimationFrame(frame); player.close(); };
  return handle;
}
