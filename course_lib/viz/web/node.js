// What both kinds of widgets are made of.

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

// A notebook in command mode takes arrows for its own, and two letters "d" delete the cell, whatever has the focus and
// also under data-lm-suppress-shortcuts. So keys stay in `root`; those with Ctrl, Alt or Cmd, and Shift+Enter, which
// runs the cell, go on.
function keepKeys(root) {
  root.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && event.key === "Enter");
    if (!command) event.stopPropagation();
  });
}
