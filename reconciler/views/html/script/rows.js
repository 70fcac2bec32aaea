// The rows that are drawn, and the details below the open ones.
class Rows {
  constructor(table, data) {
    this.data = data;
    this.headings = [...table.tHead.rows[0].cells];
    this.body = table.tBodies[0];
    this.past = make("tbody", { className: "past" }); // The other rows that fit, which only a print draws.
    this.body.after(this.past);
    this.open = new Map(); // The row of details below each open row.
  }

  // Draw the first of these rows, with their details; return how many.
  draw(rows, most) {
    const first = rows.slice(0, most);
    const kept = new Set(first);
    [...this.open.keys()].filter((row) => !kept.has(row)).forEach((row) => this.close(row));
    first.forEach((row) => this.equip(row));
    this.body.replaceChildren(...first.flatMap((row) => (this.open.has(row) ? [row, this.open.get(row)] : [row])));
    this.past.replaceChildren(...rows.slice(most));
    return first.length;
  }

  // A row that is drawn gets a button that opens its details.
  equip(row) {
    const name = row.querySelector("th > bdi");
    if (!name) return;
    const button = make("button", { type: "button", ariaExpanded: "false" });
    name.before(button);
    button.append(name);
  }

  toggle(row) {
    if (this.open.has(row)) {
      this.close(row);
      return;
    }
    const columns = this.headings.filter((each) => each.checkVisibility()).length || 1;
    const details = make("tr", { className: "more" }, make("td", { colSpan: columns }, detailsOf(row, this.data)));
    row.after(details);
    this.open.set(row, details);
    row.querySelector("th button").ariaExpanded = "true";
  }

  close(row) {
    if (!this.open.has(row)) return;
    this.open.get(row).remove();
    this.open.delete(row);
    row.querySelector("th button").ariaExpanded = "false";
  }

  closeAll() {
    [...this.open.keys()].forEach((row) => this.close(row));
  }

  // The open row that this element is in, or whose details it is in.
  opened(element) {
    const row = element.closest?.("tr");
    return this.open.has(row) ? row : [...this.open.keys()].find((each) => this.open.get(each) === row);
  }
}
