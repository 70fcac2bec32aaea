// Call the table for each control of its section.
function followControls(table) {
  const { filters, controls } = table;
  const refilter = () => table.filter();
  filters.search.oninput = refilter;
  filters.menus.forEach((menu) => { menu.onchange = refilter; });
  filters.words.forEach((button) => {
    button.onclick = () => {
      button.ariaPressed = String(!isPressed(button));
      table.filter();
    };
  });
  table.find(".only").onclick = () => {
    filters.group = null;
    table.filter();
    filters.search.focus();
  };
  for (const button of [table.find(".clear"), table.find(".none button")]) {
    button.onclick = () => {
      filters.reset();
      table.filter();
      filters.search.focus();
    };
  }
  const unfold = table.find(".unfold");
  unfold.onclick = () => { unfold.ariaExpanded = String(unfold.ariaExpanded !== "true"); };
  table.find(".rest button").onclick = () => table.showAll();
  table.find(".csv").onclick = () => {
    const day = document.querySelector("header time").textContent.slice(0, 10);
    saveCsv(csvOf(table.fitting, table.rows.headings, table.data), `pal-links-${day}.csv`);
  };
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--bar", `${controls.offsetHeight}px`);
  }).observe(controls);
}

// Call the table for clicks on its rows, for links to its rows anywhere on the page, and for keys.
function followPage(table) {
  const { rows, filters } = table;
  rows.body.onclick = (event) => {
    const row = event.target.closest("tr");
    const isControl = event.target.closest("a") || String(getSelection());
    if (row && !isControl && table.data.link(row)) rows.toggle(row);
  };
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.("a[data-filter]");
    if (anchor) table.choose(anchor.dataset);
  });
  addEventListener("keydown", (event) => {
    const types = event.target.matches?.("input, select, textarea");
    if (event.key === "/" && !types && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      filters.search.focus();
    }
    if (event.key !== "Escape") return;
    const opened = rows.opened(event.target);
    if (event.target === filters.search) {
      filters.search.value = "";
      table.filter();
    } else if (opened) {
      rows.close(opened);
      opened.querySelector("th button").focus();
    }
  });
  const folds = [...document.querySelectorAll("details.names")];
  addEventListener("beforeprint", () => folds.forEach((each) => { each.open = true; }));
}

addEventListener("DOMContentLoaded", () => {
  const source = document.getElementById("data");
  if (!source) return;
  const table = new LinkTable(document.querySelector(".links"), source.textContent);
  followControls(table);
  followPage(table);
  // Fold the texts that are searched in small steps, before the first keystroke needs them.
  (function fold(at) {
    table.listed.slice(at, at + 250).forEach((row) => table.filters.folded(row));
    if (at < table.listed.length) setTimeout(fold, 0, at + 250);
  })(0);
  table.show();
  table.section.classList.add("ready");
});
