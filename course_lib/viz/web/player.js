// What plays: the film, or its still frames where the browser has no decoder. Both have the same face.

function filmPlayer(bytes, changed, failed) {
  const url = URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
  const video = make("video", { playsinline: true, preload: "auto", "aria-label": "The clip" });
  for (const name of ["play", "pause", "seeked", "timeupdate", "loadeddata"]) video.addEventListener(name, changed);
  video.addEventListener("error", failed);
  video.muted = true;
  video.src = url;
  return {
    node: video,
    time: () => video.currentTime,
    seek: (t) => { video.currentTime = t; },
    playing: () => !video.paused && !video.ended,
    play: () => video.play().catch((problem) => { if (problem.name !== "AbortError") failed(); }),
    pause: () => video.pause(),
    close: () => { video.pause(); video.removeAttribute("src"); URL.revokeObjectURL(url); },
  };
}

// The same without a film: still frames from one picture, and a clock of its own.
function stillsPlayer(model, duration, changed) {
  const node = make("div", { class: "tl-stills", role: "img", "aria-label": "Still frames of the clip" });
  let at = 0;
  let since = null;
  let url = null;
  const time = () => (since === null ? at : Math.min(duration, at + (performance.now() - since) / 1000));
  const show = () => {
    const { count, columns } = model.get("stills");
    if (!count) return;
    const k = Math.min(count - 1, Math.floor((time() / duration) * count));
    const rows = Math.ceil(count / columns);
    node.style.backgroundPosition =
      `${((k % columns) / Math.max(1, columns - 1)) * 100}% ${(Math.floor(k / columns) / Math.max(1, rows - 1)) * 100}%`;
  };
  const arrived = () => {
    const { jpeg, count, columns, width, height } = model.get("stills");
    if (!count) return;
    url = URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" }));
    node.style.backgroundImage = `url(${url})`;
    node.style.backgroundSize = `${columns * 100}% ${Math.ceil(count / columns) * 100}%`;
    node.style.aspectRatio = `${width} / ${height}`;
    show();
  };
  const go = (t, playing) => { at = t; since = playing ? performance.now() : null; changed(); };
  model.on("change:stills", arrived);
  if (model.get("stills").count) arrived();
  else model.send({ kind: "stills" });
  return {
    node, time, show,
    seek: (t) => go(t, since !== null),
    playing: () => since !== null && time() < duration,
    play: () => go(time() < duration ? time() : 0, true),
    pause: () => go(time(), false),
    close: () => { model.off("change:stills", arrived); if (url) URL.revokeObjectURL(url); },
  };
}
