// The filters: the search, the buttons of the states, the menus, and one group that is shown alone.
class Filters {
  constructor(section, rows, data) {
    this.data = data;
    this.search = section.querySelector(".search input");
    this.words = [...section.querySelectorAll(".words [data-word]")];
    this.menus = [...section.querySelectorAll(".pick select")];
    this.group = null; // The number of the group that is shown alone.
    this.wordOf = new Map(rows.map((row) => [row, row.cells[0].textContent]));
    this.searched = new Map(); // Each row's text in lower case; made when it is first needed.
    const headings = [...section.querySelector("thead tr").cells];
    this.columns = Object.fromEntries(headings.map((heading, column) => [heading.className, column]));
    this.menus.forEach((menu) => this.fill(menu, rows));
  }

  // What a menu compares.
  values(name, row) {
    const { p, t } = this.data.link(row);
    if (name === "partner") return [this.data.texts[p]];
    if (name === "tag") return this.data.all(t);
    const column = this.columns[name];
    return [column === undefined ? "" : row.cells[column].textContent];
  }

  fill(menu, rows) {
    const name = menu.dataset.filter;
    const counts = new Map();
    for (const row of rows) for (const value of this.values(name, row)) counts.set(value, (counts.get(value) ?? 0) + 1);
    counts.delete("");
    const found = [...counts.keys()].sort(collator.compare);
    menu.append(...found.map((value) => new Option(`${value} (${number.format(counts.get(value))})`, value)));
    menu.closest("label").hidden = found.length < (name === "tag" || name === "access" ? 1 : 2);
  }

  // The text of a row and its details, in lower case.
  folded(row) {
    let text = this.searched.get(row);
    if (text === undefined) {
      const facts = this.data.facts(row).map(([, fact]) => fact);
      text = [...[...row.cells].map((each) => each.textContent), ...facts].join(" ").toLowerCase().replace(/\s+/g, " ");
      this.searched.set(row, text);
    }
    return text;
  }

  get terms() {
    return this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
  }

  get chosenWords() {
    return new Set(this.words.filter(isPressed).map((button) => button.dataset.word));
  }

  get chosenMenus() {
    return this.menus.filter((menu) => menu.value);
  }

  get isEmpty() {
    return !this.terms.length && !this.chosenWords.size && !this.chosenMenus.length && this.group === null;
  }

  // The rows that the filters leave.
  fitting(rows) {
    const { terms, chosenWords, chosenMenus, group } = this;
    return rows.filter((row) => (!chosenWords.size || chosenWords.has(this.wordOf.get(row)))
      && (group === null || (this.data.link(row).g ?? []).includes(group))
      && chosenMenus.every((menu) => this.values(menu.dataset.filter, row).includes(menu.value))
      && terms.every((term) => this.folded(row).includes(term)));
  }

  reset() {
    this.search.value = "";
    this.group = null;
    this.words.forEach((button) => { button.ariaPressed = "false"; });
    this.menus.forEach((menu) => { menu.value = ""; });
  }

  // Choose only what a tile, a card or a table names.
  choose({ filter, value }) {
    this.reset();
    if (filter === "word") {
      this.words.filter((button) => button.dataset.word === value).forEach((button) => { button.ariaPressed = "true"; });
    } else if (filter === "group") {
      const found = this.data.groups.findIndex(([id]) => id === value);
      this.group = found < 0 ? null : found;
    } else {
      this.menus.find((menu) => menu.dataset.filter === filter).value = value;
    }
  }

  // Whether the rows that a tile counts are chosen.
  has({ filter, value }) {
    if (filter === "word") return this.chosenWords.has(value);
    return this.group !== null && this.data.groups[this.group][0] === value;
  }
}
