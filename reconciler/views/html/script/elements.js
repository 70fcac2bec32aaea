// Elements and their texts.
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const number = new Intl.NumberFormat("en");

function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

const plural = (count) => `${number.format(count)} link${count === 1 ? "" : "s"}`;
const isPressed = (button) => button.ariaPressed === "true";

// The text of a cell; of a customer's cell only the name.
function label(row, column) {
  const cell = row.cells[column];
  return (cell.querySelector("bdi") ?? cell).textContent.trim();
}
