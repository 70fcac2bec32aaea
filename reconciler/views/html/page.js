"use strict";
// Search, filter and sort the table of links, and show the details of a row. Without this script
// the page shows every link.
document.documentElement.classList.add("js");

addEventListener("DOMContentLoaded", () => {
  const source = document.getElementById("data");
  if (!source) return;

  // Rows that are drawn at first; thousands would slow down every keystroke. Until the script runs,
  // the style draws as many.
  const MOST = 100;
  const { texts, links, groups } = JSON.parse(source.textContent);
  const section = document.querySelector(".links");
  const find = (what) => section.querySelector(what);
  const all = (what, within = section) => [...within.querySelectorAll(what)];
  const table = find("table");
  const body = table.tBodies[0];
  const past = document.createElement("tbody"); // The other rows that fit, which only a print draws.
  const listed = [...body.rows];
  const headings = [...table.tHead.rows[0].cells];
  const search = find(".search input");
  const words = all(".words [data-word]");
  const picks = Object.fromEntries(all(".pick select").map((select) => [select.dataset.filter, select]));
  const order = find(".order select");
  const only = find(".only");
  const clear = find(".clear");
  const controls = find(".controls");
  const unfold = find(".unfold");
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const number = new Intl.NumberFormat("en");
  const link = new Map(listed.map((row, index) => [row, links[index]]));
  const wordOf = new Map(listed.map((row) => [row, row.cells[0].textContent]));
  const searched = new Map(); // Each row's text in lower case; made when it is first needed.
  const open = new Map(); // The row of details below each open row.
  let rows = listed;
  let fitting = listed; // The rows that the filters leave.
  let group = null; // The number of the group that is shown alone.
  let showsAll = false;

  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const place = (name) => headings.findIndex((heading) => heading.classList.contains(name));
  const text = (name, column = place(name)) => (row) => [column < 0 ? "" : row.children[column].textContent];
  const label = (row, column) => (row.cells[column].querySelector("bdi") ?? row.cells[column]).textContent.trim();
  const read = (numbers = []) => numbers.map(textOf);
  // A text, or a text with a NUL for each of the GUIDs that follow it.
  function textOf(each) {
    if (!Array.isArray(each)) return texts[each];
    const [first, ...guids] = each;
    return guids.reduce((whole, guid) => whole.replace("\u0000", texts[guid]), texts[first]);
  }
  const isPressed = (button) => button.ariaPressed === "true";
  const plural = (count) => `${number.format(count)} link${count === 1 ? "" : "s"}`;

  // What each menu compares.
  const values = {
    partner: (row) => [texts[link.get(row).p]],
    tag: (row) => read(link.get(row).t),
    identity: text("identity"),
    access: text("access"),
  };
  for (const [name, select] of Object.entries(picks)) {
    const counts = new Map();
    for (const row of listed) for (const value of values[name](row)) counts.set(value, (counts.get(value) ?? 0) + 1);
    counts.delete("");
    const found = [...counts.keys()].sort(collator.compare);
    select.append(...found.map((value) => new Option(`${value} (${number.format(counts.get(value))})`, value)));
    select.closest("label").hidden = found.length < (name === "tag" || name === "access" ? 1 : 2);
    select.onchange = filter;
  }

  const folded = (row) => {
    let text = searched.get(row);
    if (text === undefined) {
      const facts = read(link.get(row).f).filter((_, index) => index % 2);
      text = [...[...row.cells].map((each) => each.textContent), ...facts].join(" ").toLowerCase().replace(/\s+/g, " ");
      searched.set(row, text);
    }
    return text;
  };

  function show() {
    const terms = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = new Set(words.filter(isPressed).map((button) => button.dataset.word));
    const picked = Object.entries(picks).filter(([, select]) => select.value);
    const fits = (row) => (!chosen.size || chosen.has(wordOf.get(row)))
      && (group === null || (link.get(row).g ?? []).includes(group))
      && picked.every(([name, select]) => values[name](row).includes(select.value))
      && terms.every((term) => folded(row).includes(term));
    fitting = rows.filter(fits);
    const count = fitting.length;
    const drawn = draw(showsAll ? count : MOST);
    const whole = plural(listed.length);
    const part = drawn < count ? `, the first ${drawn} shown` : "";
    find(".shown").textContent = (count === listed.length ? whole : `${number.format(count)} of ${whole}`) + part;
    find(".none").hidden = count > 0;
    find(".rest").hidden = drawn === count;
    find(".rest button").textContent = `Show all ${number.format(count)}`;
    only.hidden = group === null;
    if (group !== null) only.firstElementChild.textContent = groups[group][1];
    clear.hidden = !terms.length && !chosen.size && !picked.length && group === null;
    mark(chosen);
  }

  // Draw the first rows that fit, with their details; return how many.
  function draw(most) {
    const first = fitting.slice(0, most);
    const kept = new Set(first);
    [...open.keys()].filter((row) => !kept.has(row)).forEach(close);
    first.forEach(equip);
    body.replaceChildren(...first.flatMap((row) => (open.has(row) ? [row, open.get(row)] : [row])));
    past.replaceChildren(...fitting.slice(most));
    return first.length;
  }

  // After a filter the first rows are drawn and in view, also if all were shown or the table was scrolled.
  function filter() {
    showsAll = false;
    show();
    if (table.getBoundingClientRect().top < controls.getBoundingClientRect().bottom - 1) section.scrollIntoView();
  }

  function mark(chosen) {
    for (const tile of document.querySelectorAll(".tiles a[data-filter]")) {
      const { filter, value } = tile.dataset;
      const isOn = filter === "word" ? chosen.has(value) : group !== null && groups[group][0] === value;
      if (isOn) tile.setAttribute("aria-current", "true");
      else tile.removeAttribute("aria-current");
    }
  }

  function reset() {
    search.value = "";
    group = null;
    words.forEach((button) => { button.ariaPressed = "false"; });
    Object.values(picks).forEach((select) => { select.value = ""; });
  }

  // A row that is drawn gets a button that opens its details.
  function equip(row) {
    const name = row.querySelector("th > bdi");
    if (!name) return;
    const button = make("button", { type: "button", ariaExpanded: "false" });
    name.before(button);
    button.append(name);
  }

  function close(row) {
    if (!open.has(row)) return;
    open.get(row).remove();
    open.delete(row);
    row.querySelector("th button").ariaExpanded = "false";
  }

  function toggle(row) {
    if (open.has(row)) {
      close(row);
      return;
    }
    const details = make("tr", { className: "more" }, make("td", { colSpan: headings.filter((each) => each.checkVisibility()).length || 1 }, inside(link.get(row))));
    row.after(details);
    open.set(row, details);
    row.querySelector("th button").ariaExpanded = "true";
  }

  function inside({ f = [], h = [], m = 0, g = [] }) {
    const box = make("div", { className: "inside" });
    const cards = g.filter((each) => groups[each][2]).map((each) => groups[each]);
    const facts = make("dl", { className: "facts" });
    for (let at = 0; at < f.length; at += 2) {
      const text = textOf(f[at + 1]);
      const isCode = /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(text);
      const shown = make("bdi", {}, text);
      facts.append(make("dt", {}, texts[f[at]]), make("dd", {}, isCode ? make("code", {}, shown) : shown));
    }
    if (cards.length) {
      const anchors = cards.flatMap(([id, title], index) => [index ? ", " : "", make("a", { href: `#${id}` }, title)]);
      facts.append(make("dt", {}, "See"), make("dd", {}, ...anchors));
    }
    box.append(facts);
    if (h.length) box.append(history(read(h), m));
    return box;
  }

  function history(parts, left) {
    const list = make("ol", { className: "timeline", ariaLabel: "Timeline" });
    for (let at = 0; at < parts.length; at += 5) {
      const [first, last, word, tone, text] = parts.slice(at, at + 5);
      list.append(make("li", {}, make("time", {}, last ? `${first} to ${last}` : first), " ",
        make("b", { className: tone }, word), " ", make("bdi", {}, text)));
    }
    if (left) list.append(make("li", {}, `and ${left} earlier`));
    return list;
  }

  function sort(column, ascending) {
    headings.forEach((heading, index) => {
      if (index === column) heading.ariaSort = ascending ? "ascending" : "descending";
      else heading.removeAttribute("aria-sort");
    });
    order.value = column < 0 ? "" : `${column} ${ascending ? "up" : "down"}`;
    rows = listed;
    if (column >= 0) {
      const keys = new Map(listed.map((row) => [row, label(row, column)]));
      const way = ascending ? 1 : -1;
      rows = [...listed].sort((a, b) => {
        const [left, right] = [keys.get(a), keys.get(b)];
        if (!left || !right) return !left - !right; // Empty cells are last in both directions.
        return way * collator.compare(left, right);
      });
    }
    [...open.keys()].forEach(close);
    filter();
  }

  // The rows that fit, as CSV. No cell starts a formula in a spreadsheet.
  function csv() {
    const FORMULA = /^[\s\x00-\x20\x7f-\xa0\u200b-\u200f\ufeff]*[-=+@\uff0d\uff1d\uff0b\uff20]/;
    const safe = (text) => {
      const whole = FORMULA.test(text) ? `'${text}` : text;
      return /[",\n\r]/.test(whole) ? `"${whole.replaceAll('"', '""')}"` : whole;
    };
    const fields = [...new Set(links.flatMap(({ f = [] }) => f.filter((_, index) => index % 2 === 0)))];
    const shown = headings.map((heading) => heading.textContent.trim());
    const extra = fields.filter((field) => !shown.includes(texts[field]));
    const lines = [[...shown, ...extra.map((field) => texts[field])]];
    for (const row of fitting) {
      const { f = [] } = link.get(row);
      const fact = (field) => {
        const found = f.flatMap((each, index) => (index % 2 === 0 && each === field ? [textOf(f[index + 1])] : []));
        return found.join("; ");
      };
      const cells = headings.map((_, column) => label(row, column));
      lines.push([...cells, ...extra.map(fact)]);
    }
    return lines.map((line) => line.map(safe).join(",")).join("\r\n") + "\r\n";
  }

  find(".csv").onclick = () => {
    const day = document.querySelector("header time").textContent.slice(0, 10);
    const url = URL.createObjectURL(new Blob(["\ufeff", csv()], { type: "text/csv" }));
    make("a", { href: url, download: `pal-links-${day}.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  };
  headings.forEach((heading, column) => {
    const name = heading.textContent;
    const button = make("button", { type: "button" }, name);
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
      filter();
    };
  });
  search.oninput = filter;
  only.onclick = () => {
    group = null;
    filter();
    search.focus();
  };
  find(".rest button").onclick = () => {
    showsAll = true;
    show();
    fitting[MOST].querySelector("th button").focus(); // The pressed button is gone.
  };
  unfold.onclick = () => { unfold.ariaExpanded = String(unfold.ariaExpanded !== "true"); };
  for (const button of [clear, find(".none button")]) {
    button.onclick = () => {
      reset();
      filter();
      search.focus();
    };
  }
  body.onclick = (event) => {
    const row = event.target.closest("tr");
    const isControl = event.target.closest("a") || String(getSelection());
    if (row && !isControl && link.has(row)) toggle(row);
  };
  // Tiles, cards and tables link to the rows that they count.
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.("a[data-filter]");
    if (!anchor) return;
    const { filter, value } = anchor.dataset;
    reset();
    if (filter === "word") words.filter((button) => button.dataset.word === value).forEach((button) => { button.ariaPressed = "true"; });
    else if (filter === "group") {
      const found = groups.findIndex(([id]) => id === value);
      group = found < 0 ? null : found;
    }
    else picks[filter].value = value;
    showsAll = false;
    show(); // The browser follows the link to the table.
  });
  addEventListener("keydown", (event) => {
    const types = event.target.matches?.("input, select, textarea");
    if (event.key === "/" && !types && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    }
    if (event.key !== "Escape") return;
    const row = event.target.closest?.("tr");
    const opened = open.has(row) ? row : [...open.keys()].find((each) => open.get(each) === row);
    if (event.target === search) {
      search.value = "";
      filter();
    } else if (opened) {
      close(opened);
      opened.querySelector("th button").focus();
    }
  });
  const folds = [...document.querySelectorAll("details.names")];
  addEventListener("beforeprint", () => folds.forEach((each) => { each.open = true; }));
  // Fold the texts that are searched in small steps, before the first keystroke needs them.
  (function fold(at) {
    listed.slice(at, at + 250).forEach(folded);
    if (at < listed.length) setTimeout(fold, 0, at + 250);
  })(0);
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--bar", `${controls.offsetHeight}px`);
  }).observe(controls);
  past.className = "past";
  body.after(past);
  show();
  section.classList.add("ready");
});
