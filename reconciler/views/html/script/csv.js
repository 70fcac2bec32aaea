// The rows that the filters leave, as CSV: the columns of the table, then the other facts.
function csvOf(rows, headings, data) {
  const fields = [...new Set(data.links.flatMap(({ f = [] }) => f.filter((_, index) => index % 2 === 0)))];
  const shown = headings.map((heading) => heading.textContent.trim());
  const extra = fields.filter((field) => !shown.includes(data.texts[field]));
  const lines = [[...shown, ...extra.map((field) => data.texts[field])]];
  for (const row of rows) {
    const facts = data.facts(row);
    const cells = headings.map((_, column) => label(row, column));
    const more = extra.map((field) => facts.filter(([name]) => name === field).map(([, text]) => text).join("; "));
    lines.push([...cells, ...more]);
  }
  return lines.map((line) => line.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

// A cell that a spreadsheet could compute begins with an apostrophe, as in `show --format csv`.
function csvCell(text) {
  const FORMULA = /^[\s\x00-\x20\x7f-\xa0\u200b-\u200f\ufeff]*[-=+@\uff0d\uff1d\uff0b\uff20]/;
  const whole = FORMULA.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(whole) ? `"${whole.replaceAll('"', '""')}"` : whole;
}

function saveCsv(text, name) {
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
