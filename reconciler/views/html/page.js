"use strict";
// Search, filter and sort the table of links. Without this script the page shows all of it.
document.documentElement.classList.add("js");

addEventListener("DOMContentLoaded", () => {
  const table = document.querySelector(".links table");
  if (!table) return;

  const MOST = 100; // Rows that are drawn at first; thousands would slow down every keystroke.
  const find = (what) => document.querySelector(`.links ${what}`);
  const body = table.tBodies[0];
  const listed = [...body.rows];
  const headings = [...table.tHead.rows[0].cells];
  const search = find(".search input");
  const words = [...document.querySelectorAll(".links .words button")];
  const order = find(".order select");
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const text = new Map(); // Each row's text in lower case; read when it is first needed.
  let rows = listed;
  let showsAll = false;

  const folded = (row) => {
    if (!text.has(row)) text.set(row, row.textContent.toLowerCase().replace(/\s+/g, " "));
    return text.get(row);
  };

  function show() {
    const terms = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = new Set(words.filter(isPressed).map((button) => button.dataset.word));
    let count = 0;
    for (const row of rows) {
      const fits = (!chosen.size || chosen.has(row.dataset.word))
        && terms.every((term) => folded(row).includes(term));
      row.hidden = !fits;
      count += fits;
      row.classList.toggle("past", fits && !showsAll && count > MOST);
    }
    const drawn = showsAll ? count : Math.min(count, MOST);
    const whole = `${listed.length} link${listed.length === 1 ? "" : "s"}`;
    find(".shown").textContent = count === listed.length
      ? (drawn < count ? `${whole}, the first ${drawn} shown` : whole)
      : `${count} of ${whole}${drawn < count ? `, the first ${drawn} shown` : ""}`;
    find(".none").hidden = count > 0;
    find(".rest").hidden = drawn === count;
    find(".rest button").textContent = `Show all ${count}`;
  }

  function sort(column, ascending) {
    headings.forEach((heading, index) => {
      if (index === column) heading.ariaSort = ascending ? "ascending" : "descending";
      else heading.removeAttribute("aria-sort");
    });
    order.value = column < 0 ? "" : `${column} ${ascending ? "up" : "down"}`;
    rows = listed;
    if (column >= 0) {
      const label = (row) => (row.cells[column].querySelector("bdi") ?? row.cells[column]).textContent.trim();
      const keys = new Map(listed.map((row) => [row, label(row)]));
      const way = ascending ? 1 : -1;
      rows = [...listed].sort((a, b) => {
        const [left, right] = [keys.get(a), keys.get(b)];
        if (!left || !right) return !left - !right; // Empty cells are last in both directions.
        return way * collator.compare(left, right);
      });
    }
    show(); // Moving hidden rows is cheap.
    body.append(...rows);
  }

  const isPressed = (button) => button.ariaPressed === "true";

  headings.forEach((heading, column) => {
    const name = heading.textContent;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.onclick = () => sort(column, heading.ariaSort !== "ascending");
    heading.replaceChildren(button);
    order.append(new Option(`${name}, A to Z`, `${column} up`), new Option(`${name}, Z to A`, `${column} down`));
  });
  order.onchange = () => {
    const [column, way] = order.value.split(" ");
    sort(order.value ? Number(column) : -1, way === "up");
  };
  words.forEach((button) => {
    button.onclick = () => {
      button.ariaPressed = String(!isPressed(button));
      show();
    };
  });
  search.onfocus = () => listed.forEach(folded); // Prepares the search before the first keystroke.
  search.oninput = show;
  find(".rest button").onclick = () => {
    showsAll = true;
    show();
  };
  find(".none button").onclick = () => {
    search.value = "";
    words.forEach((button) => { button.ariaPressed = "false"; });
    show();
    search.focus();
  };
  addEventListener("keydown", (event) => {
    const types = event.target.matches?.("input, select, textarea");
    if (event.key === "/" && !types && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
    }
    if (event.key === "Escape" && event.target === search) {
      search.value = "";
      show();
    }
  });
  show();
});
