"use strict";
// Tables whose heads sort: numbers by value, the rest by name, what is missing last.
function sortValue(cell) {
  if (cell.dataset.value != null) return cell.dataset.value === "" ? null : Number(cell.dataset.value);
  return cell.textContent.trim();
}

function compareValues(a, b) {
  if (a == null || b == null) return 0;
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
}

function sortBy(table, column, descending) {
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => [sortValue(row.cells[column]), row]);
  rows.sort(([a], [b]) => (a == null) - (b == null) || (descending ? -1 : 1) * compareValues(a, b));
  body.append(...rows.map(([, row]) => row));
  [...table.tHead.rows[0].cells].forEach((head, i) => {
    if (i === column) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  });
}

function sortable(table) {
  [...table.tHead.rows[0].cells].forEach((head, i) => {
    const button = el("button", { type: "button", click: () => {
      const numeric = [...table.tBodies[0].rows].some((row) => typeof sortValue(row.cells[i]) === "number");
      const before = head.getAttribute("aria-sort");
      sortBy(table, i, before ? before === "ascending" : numeric);
    } }, head.textContent);
    head.replaceChildren(button);
    if (table.tBodies[0].rows[0]?.cells[i]?.matches(".text, :not([data-value])")) head.classList.add("text");
  });
  return table;
}

const WORD = 26;  // letters that stay in one line
/** A cell of a number (or text) that sorts by its value. */
const cell = (value, digits) => (typeof value === "number" || value == null
  ? el("td", { "data-value": value ?? "" }, number(value, digits)) : el("td", { class: value.length <= WORD ? "text word" : "text" }, ...named(value)));

/** `rows`: [run or null, cells]; a click on a row opens its run. */
function tableOf(heads, rows) {
  const body = rows.map(([run, cells]) => {
    const row = el("tr", {}, ...cells);
    if (run) {
      row.className = "open";
      row.tabIndex = 0;
      row.addEventListener("click", () => openRun(run));
      row.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target === row) openRun(run); });
    }
    return row;
  });
  return sortable(el("table", { class: "sortable" }, el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, ...body)));
}
const scrolled = (table) => el("div", { class: "scroll" }, table);

/** Who a row is of: the values of what varies, or the name. */
const whoHeads = () => (DATA.parameters.length ? DATA.parameters : ["run"]);
const whoCells = (run) => (DATA.parameters.length ? DATA.parameters.map((name) => cell(run.values?.[name])) : [cell(run.name)]);
