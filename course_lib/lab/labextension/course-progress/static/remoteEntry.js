// The card beside the notebooks, as a module-federation container written by hand: JupyterLab calls init() with the
// packages that it shares and get() for the plugin, and no build step comes between this file and the browser.
(() => {
  const here = document.currentScript.src;
  const NARROW = 700, WIDE = 1000; // pixels: below, the notebook needs the room of one side, or of both
  let shared;

  /** A package of the JupyterLab that runs, such as "@lumino/widgets". */
  async function lab(name) {
    const versions = Object.values(shared[name]);
    const found = versions.find((version) => version.loaded) ?? versions[0]; // a second copy would not know its tokens
    return (await found.get())();
  }

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children); // strings become text nodes: nothing of the record is read as HTML
    return made;
  }

  function bar(points, most, label) {
    return element("progress", { max: most, value: points, "aria-label": label });
  }

  const GONE = "Error displaying widget"; // JupyterLab's words where no kernel has the widget of a saved notebook

  /** Put a widget's static twin, which is in the same output, where JupyterLab says that it cannot show the widget. */
  function standIn(node, tracker) {
    tracker.forEach((panel) => {
      for (const { outputArea } of panel.content.widgets) {
        const i = outputArea?.widgets.findIndex((output) => output.node.contains(node)) ?? -1;
        if (i < 0) continue;
        const { data, metadata } = outputArea.model.get(i);
        if (!data["image/png"]) return;
        const alt = metadata["image/png"]?.alt ?? "";
        const src = `data:image/png;base64,${String(data["image/png"]).replace(/\s/g, "")}`;
        node.replaceChildren(
          element("img", { src, alt, style: "max-width: 100%; height: auto; display: block" }),
          element("p", { class: "course-soft" }, "A picture of it. Run this cell to play with it."),
        );
      }
    });
  }

  function watchForLostWidgets(tracker) {
    const look = (records) => {
      for (const { target } of records) {
        const node = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
        if (node?.textContent.startsWith(GONE) && node.classList.contains("jupyter-widgets")) standIn(node, tracker);
      }
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributeFilter: ["class"] });
  }

  /** What the card holds; `link(path, words)` makes a link that opens a notebook. */
  function content(card, link) {
    const total = `${card.points} of ${card.most} points`;
    const rows = card.rows.map((row) =>
      element("li", {}, link(row.notebook, row.name), bar(row.points, row.most, row.name), element("span", {}, row.said)),
    );
    const next = card.following
      ? element("p", {}, "Next: ", link(card.following_notebook, card.following))
      : element("p", {}, "All done.");
    const parts = [
      element("p", { class: "course-total", role: "status" }, total),
      bar(card.points, card.most, "All exercises"),
      next,
      element("ul", {}, ...rows),
      element("p", { class: "course-soft" }, "It counts what check(…) has passed."),
    ];
    if (!card.recorded) parts.push(element("p", {}, "Nothing is recorded: COURSE_RECORD is off."));
    return parts;
  }

  async function activate(app, { Widget }, { ServerConnection }, { NotebookActions }, restorer, tracker) {
    const body = element("div", { class: "course-body" });
    const node = element("section", { class: "course-card", "aria-label": "Course progress" });
    node.append(element("h2", {}, "Your progress"), body);
    const panel = new Widget({ node });
    panel.id = "course-progress";
    panel.title.label = "Progress";
    panel.title.caption = "Course progress";

    const settings = app.serviceManager.serverSettings;
    const link = (path, words) => {
      const made = element("a", { href: `${settings.baseUrl}lab/tree/${path}` }, words);
      made.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab, as everywhere
        event.preventDefault();
        app.commands.execute("docmanager:open", { path });
      });
      return made;
    };

    let shown = "";
    async function refresh() {
      let text, card;
      try {
        const answer = await ServerConnection.makeRequest(`${settings.baseUrl}course/progress`, {}, settings);
        text = await answer.text();
        card = JSON.parse(text);
        if (!answer.ok) throw new Error(card.message);
      } catch (problem) {
        shown = "";
        body.replaceChildren(element("p", { role: "status" }, `No progress to show. ${problem.message}`));
        return;
      }
      if (text === shown) return; // a focused link stays focused
      shown = text;
      body.replaceChildren(...content(card, link));
    }

    watchForLostWidgets(tracker);
    NotebookActions.executed.connect(() => refresh());
    window.addEventListener("focus", refresh); // `course check` in a terminal moves it too
    app.shell.add(panel, "right", { rank: 1 });
    restorer.add(panel, panel.id);
    function collapse(_, opened) {
      tracker.widgetAdded.disconnect(collapse);
      opened.context.ready.then(() => app.shell.collapseLeft());
    }
    app.shell.restored.then((layout) => {
      if (!layout.fresh) return; // as the learner left it
      if (window.innerWidth >= WIDE) app.shell.activateById(panel.id);
      if (window.innerWidth < NARROW) tracker.widgetAdded.connect(collapse); // the file browser opens after this
    });
    await refresh();
  }

  const plugin = async () => {
    const [widgets, services, notebook, application] = await Promise.all(
      ["@lumino/widgets", "@jupyterlab/services", "@jupyterlab/notebook", "@jupyterlab/application"].map(lab),
    );
    return {
      id: "course-progress:card",
      autoStart: true,
      requires: [application.ILayoutRestorer, notebook.INotebookTracker],
      activate: (app, ...given) => activate(app, widgets, services, notebook, ...given),
    };
  };

  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB["course-progress"] = {
    init(scope) {
      shared = scope;
      document.head.append(element("link", { rel: "stylesheet", href: new URL("card.css", here).href }));
    },
    async get() {
      const made = await plugin();
      return () => ({ __esModule: true, default: made });
    },
  };
})();
