// The two ends of the chosen event: dragged, or moved by arrows. `moved(side, second)` is called when one lies elsewhere.

const SHORTEST = 0.1; // seconds
const hundredth = (t) => Math.round(t * 100) / 100;
const nameOf = (event) => `${event.subject} ${event.action}`;

function makeEnds(handle, moved) {
  const { duration } = handle;
  let of = null; // the event
  let bar = null; // its button
  const ends = ["start", "end"].map((side) => make("div", {
    class: "tl-end", role: "slider", tabindex: "0", "data-side": side, "aria-valuemin": "0", "aria-valuemax": String(duration),
  }));
  const within = (side, t) =>
    hundredth(side === "start" ? clamp(t, 0, of.end - SHORTEST) : clamp(t, of.start + SHORTEST, duration));

  function place() {
    if (!bar) return;
    for (const end of ends) {
      const t = Number(bar.dataset[end.dataset.side]);
      end.setAttribute("aria-label", `${end.dataset.side} of ${nameOf(of)}`);
      end.setAttribute("aria-valuenow", t.toFixed(2));
      end.setAttribute("aria-valuetext", `${t.toFixed(2)} seconds`);
      end.style.left = `${(Math.min(t, duration) / duration) * 100}%`;
      end.style.top = `${bar.offsetTop + bar.offsetHeight - 18}px`;
    }
    if (ends[0].previousSibling !== bar) bar.after(...ends);
  }

  for (const end of ends) {
    const { side } = end.dataset;
    end.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      end.focus({ preventScroll: true });
      end.setPointerCapture(event.pointerId);
      end.onpointermove = (e) => {
        bar.dataset[side] = within(side, handle.secondAt(e.clientX));
        handle.seek(Number(bar.dataset[side]));
        handle.place("yours");
      };
      end.onpointerup = end.onpointercancel = () => {
        end.onpointermove = end.onpointerup = end.onpointercancel = null;
        if (Number(bar.dataset[side]) !== of[side]) moved(side, Number(bar.dataset[side]));
      };
    });
  }

  return {
    place,
    show: (event, node) => {
      [of, bar] = [event, node];
      if (node) place();
      else for (const end of ends) end.remove();
    },
    step: (node, by) => moved(node.dataset.side, within(node.dataset.side, of[node.dataset.side] + by)),
    focus: (side) => ends.find((end) => end.dataset.side === side).focus({ preventScroll: true }),
  };
}
