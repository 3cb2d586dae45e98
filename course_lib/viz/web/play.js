// Controls over a picture that the kernel draws. The inputs are the browser's own: keys, focus and names come with them.

function slider(control, shown) {
  const input = make("input", { type: "range", min: control.low, max: control.high, step: control.step });
  input.value = control.value;
  const tell = () => {
    const digits = Number.isInteger(control.step) ? 0 : 2;
    shown.textContent = `${Number(input.value).toFixed(digits)}${control.unit && ` ${control.unit}`}`;
    input.setAttribute("aria-valuetext", shown.textContent);
  };
  tell();
  return { input, tell, value: () => Number(input.value), put: (value) => { input.value = value; } };
}

function choice(control) {
  const options = control.options.map((text) => make("option", { value: text }, text));
  const input = make("select", {}, ...options);
  input.value = control.value;
  return { input, tell: () => {}, value: () => input.value, put: (value) => { input.value = value; } };
}

const PATIENCE = 500; // ms without an answer, after which it is said that the kernel is busy

function play({ model, el }) {
  const inputs = new Map();
  const busy = make("p", { role: "status", class: "busy" }, "The kernel is busy; this follows when it is free.");
  busy.hidden = true;
  let waiting = 0;
  const rows = model.get("controls").map((control) => {
    const shown = make("b", { "aria-hidden": "true" });
    const made = control.kind === "Slider" ? slider(control, shown) : choice(control);
    inputs.set(control.name, made);
    made.put(model.get("values")[control.name]);
    made.tell();
    made.input.addEventListener("input", () => {
      made.tell();
      const values = {};
      for (const [name, one] of inputs) values[name] = one.value();
      model.set("values", values);
      model.save_changes();
      waiting ||= setTimeout(() => { busy.hidden = false; }, PATIENCE);
    });
    return make("label", {}, make("span", {}, control.label), made.input, shown);
  });
  const said = make("p", { role: "status", class: "said" });
  const drawing = make("div", { role: "img", class: "drawing" });
  const draw = () => {
    drawing.innerHTML = model.get("drawing"); // made by course_lib, which escapes what is a text in it
    drawing.setAttribute("aria-label", model.get("alt"));
  };
  const say = () => { said.textContent = model.get("said"); };
  const follow = () => { // another view of the same widget was moved
    for (const [name, one] of inputs) {
      if (one.input !== document.activeElement) one.put(model.get("values")[name]);
      one.tell();
    }
  };
  const caughtUp = () => {
    if (JSON.stringify(model.get("answered")) !== JSON.stringify(model.get("values"))) return;
    clearTimeout(waiting);
    waiting = 0;
    busy.hidden = true;
  };
  const listeners = { "change:answered": caughtUp, "change:drawing": draw, "change:alt": draw, "change:said": say, "change:values": follow };
  for (const [name, run] of Object.entries(listeners)) model.on(name, run);
  draw();
  say();
  keepKeys(el);
  el.classList.add("course-play");
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", model.get("label"));
  el.append(make("div", { class: "controls" }, ...rows), busy, said, drawing);
  return {
    close: () => { for (const [name, run] of Object.entries(listeners)) model.off(name, run); },
  };
}
