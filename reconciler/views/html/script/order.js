// The order of the rows: by the button of a heading, or by the menu on a phone, which has no headings.
class Order {
  // onSort: is called after the order has changed
  constructor(section, onSort) {
    this.headings = [...section.querySelector("thead tr").cells];
    this.menu = section.querySelector(".order select");
    this.onSort = onSort;
    this.column = -1;
    this.isAscending = true;
    this.headings.forEach((heading, column) => {
      const name = heading.textContent;
      const button = make("button", { type: "button" }, name);
      button.onclick = () => this.sort(column, heading.ariaSort !== "ascending");
      heading.replaceChildren(button);
      this.menu.append(new Option(`${name}, A to Z`, `${column} up`), new Option(`${name}, Z to A`, `${column} down`));
    });
    this.menu.onchange = () => {
      const [column, way] = this.menu.value.split(" ");
      this.sort(this.menu.value ? Number(column) : -1, way === "up");
    };
  }

  // column: -1 for the order of the page
  sort(column, isAscending) {
    Object.assign(this, { column, isAscending });
    this.headings.forEach((heading, index) => {
      if (index === column) heading.ariaSort = isAscending ? "ascending" : "descending";
      else heading.removeAttribute("aria-sort");
    });
    this.menu.value = column < 0 ? "" : `${column} ${isAscending ? "up" : "down"}`;
    this.onSort();
  }

  sorted(rows) {
    if (this.column < 0) return rows;
    const keys = new Map(rows.map((row) => [row, label(row, this.column)]));
    const way = this.isAscending ? 1 : -1;
    return [...rows].sort((a, b) => {
      const [left, right] = [keys.get(a), keys.get(b)];
      if (!left || !right) return !left - !right; // Empty cells are last in both directions.
      return way * collator.compare(left, right);
    });
  }
}
