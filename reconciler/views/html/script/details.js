// The details of a link: its facts, its cards, and its timeline.
function detailsOf(row, data) {
  const { h = [], m = 0, g = [] } = data.link(row);
  const facts = make("dl", { className: "facts" });
  for (const [name, text] of data.facts(row)) {
    const isCode = /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(text);
    const shown = make("bdi", {}, text);
    facts.append(make("dt", {}, data.texts[name]), make("dd", {}, isCode ? make("code", {}, shown) : shown));
  }
  const cards = g.map((each) => data.groups[each]).filter(([, , isCard]) => isCard);
  if (cards.length) {
    const anchors = cards.flatMap(([id, title], index) => [index ? ", " : "", make("a", { href: `#${id}` }, title)]);
    facts.append(make("dt", {}, "See"), make("dd", {}, ...anchors));
  }
  const box = make("div", { className: "inside" }, facts);
  if (h.length) box.append(timelineOf(data.all(h), m));
  return box;
}

// parts: five for each entry; left: how many older entries the page does not have
function timelineOf(parts, left) {
  const list = make("ol", { className: "timeline", ariaLabel: "Timeline" });
  for (let at = 0; at < parts.length; at += 5) {
    const [first, last, word, tone, text] = parts.slice(at, at + 5);
    list.append(make("li", {}, make("time", {}, last ? `${first} to ${last}` : first), " ",
      make("b", { className: tone }, word), " ", make("bdi", {}, text)));
  }
  if (left) list.append(make("li", {}, `and ${left} earlier`));
  return list;
}
