// The form that names an event: who does what, with the names that were used before as suggestions.

function nameForm({ kept, dropped, left, save }) {
  const lists = ["who", "what"].map((name) =>
    make("datalist", { id: `tl-${name}-${crypto.getRandomValues(new Uint32Array(1))[0]}` }));
  const fields = ["who or what", "does what"].map((label, i) => make("input", {
    type: "text", "aria-label": label, placeholder: label, list: lists[i].id, autocomplete: "off", maxlength: "80",
  }));
  const span = make("div", { class: "tl-soft" });
  const drop = make("button", { type: "button", onclick: () => dropped() });
  const keep = make("button", { type: "button", onclick: () => tryKeep() }, "Keep");
  const node = make("div", { class: "tl-form tl-controls", role: "group", "aria-label": "Name of the event", hidden: true },
    span, ...fields, keep, drop, ...lists);

  const words = () => fields.map((input) => input.value.trim().replace(/\s+/g, " "));
  const focus = () => (words()[0] ? fields[1] : fields[0]).focus();
  function tryKeep() {
    const [subject, action] = words();
    if (subject && action) kept(subject, action);
    else focus(); // Enter in the first field leads to the second
  }

  node.addEventListener("keydown", (event) => {
    if (event.isComposing || !event.target.matches("input")) return;
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "s") save();
    else if (event.key === "Escape") left();
    else if (event.key === "Enter" && event.target === fields[0] && words()[0]) { fields[1].focus(); fields[1].select(); }
    else if (event.key === "Enter") tryKeep();
    else return; // Ctrl+Z in a field undoes its letters
    event.preventDefault();
  });

  return {
    node, focus,
    show: (event, word) => {
      span.textContent = `${event.start.toFixed(1)} to ${seconds(event.end)}`;
      fields[0].value = event.subject ?? "";
      fields[1].value = event.action ?? "";
      drop.textContent = word;
      node.hidden = false;
    },
    rename: () => { fields[0].focus(); fields[0].select(); },
    hide: () => { node.hidden = true; },
    offer: (events) => ["subject", "action"].forEach((key, i) => {
      const names = new Set(events.map((event) => event[key]));
      lists[i].replaceChildren(...[...names].map((value) => make("option", { value })));
    }),
  };
}
