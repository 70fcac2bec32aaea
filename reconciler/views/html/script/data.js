// The data of the page: the texts, each stored once; what is known of each link; and the groups of
// links that are shown alone, as [id, label, whether the page has a card for it].
class PageData {
  // rows: those of the table, in the order of the links
  constructor(json, rows) {
    const { texts, links, groups } = JSON.parse(json);
    Object.assign(this, { texts, links, groups });
    this.byRow = new Map(rows.map((row, index) => [row, links[index]]));
  }

  link(row) {
    return this.byRow.get(row);
  }

  // A text, or a text with a NUL for each of the GUIDs that follow it.
  text(each) {
    if (!Array.isArray(each)) return this.texts[each];
    const [first, ...guids] = each;
    return guids.reduce((whole, guid) => whole.replace("\u0000", this.texts[guid]), this.texts[first]);
  }

  all(each = []) {
    return each.map((one) => this.text(one));
  }

  // The details of a row, as pairs of the label's number and the text.
  facts(row) {
    const { f = [] } = this.link(row);
    return Array.from({ length: f.length / 2 }, (_, at) => [f[2 * at], this.text(f[2 * at + 1])]);
  }
}
