// The table of links: its rows in their order, as far as the filters leave them.
class LinkTable {
  // Rows that are drawn at first; thousands would slow down every keystroke. Until the script runs,
  // the style draws as many.
  static MOST = 100;

  constructor(section, json) {
    this.section = section;
    this.table = section.querySelector("table");
    this.controls = section.querySelector(".controls");
    this.listed = [...this.table.tBodies[0].rows];
    this.ordered = this.listed;
    this.fitting = this.listed; // The rows that the filters leave.
    this.showsAll = false;
    this.data = new PageData(json, this.listed);
    this.rows = new Rows(this.table, this.data);
    this.filters = new Filters(section, this.listed, this.data);
    this.order = new Order(section, () => {
      this.ordered = this.order.sorted(this.listed);
      this.rows.closeAll();
      this.filter();
    });
  }

  find(what) {
    return this.section.querySelector(what);
  }

  show() {
    this.fitting = this.filters.fitting(this.ordered);
    const count = this.fitting.length;
    const drawn = this.rows.draw(this.fitting, this.showsAll ? count : LinkTable.MOST);
    const whole = plural(this.listed.length);
    const part = drawn < count ? `, the first ${drawn} shown` : "";
    this.find(".shown").textContent = (count === this.listed.length ? whole : `${number.format(count)} of ${whole}`) + part;
    this.find(".none").hidden = count > 0;
    this.find(".rest").hidden = drawn === count;
    this.find(".rest button").textContent = `Show all ${number.format(count)}`;
    const { group } = this.filters;
    this.find(".only").hidden = group === null;
    if (group !== null) this.find(".only .label").textContent = this.data.groups[group][1];
    this.find(".clear").hidden = this.filters.isEmpty;
    for (const tile of document.querySelectorAll(".tiles a[data-filter]")) {
      if (this.filters.has(tile.dataset)) tile.setAttribute("aria-current", "true");
      else tile.removeAttribute("aria-current");
    }
  }

  // After a filter the first rows are drawn and in view, also if all were shown or the table was scrolled.
  filter() {
    this.showsAll = false;
    this.show();
    const isScrolled = this.table.getBoundingClientRect().top < this.controls.getBoundingClientRect().bottom - 1;
    if (isScrolled) this.section.scrollIntoView();
  }

  // All rows that fit; the pressed button is gone, so the first new row has the focus.
  showAll() {
    this.showsAll = true;
    this.show();
    this.fitting[LinkTable.MOST].querySelector("th button").focus();
  }

  // Show only the rows that a tile, a card or a table counts. The browser follows its link.
  choose(filter) {
    this.filters.choose(filter);
    this.showsAll = false;
    this.show();
  }
}
