// Headings of a table become buttons that sort it; without this the table stands as it is.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const body = table.tBodies[0];
      const rows = [...body.rows].sort((a, b) => compare(a.cells[column], b.cells[column], descending));
      body.append(...rows);
    });
  });
}

function compare(a, b, descending) {
  const sign = descending ? -1 : 1;
  const [x, y] = [a.dataset.value, b.dataset.value];
  if (x === "" || y === "") return (x === "") - (y === ""); // what is unknown comes last either way
  if (x !== undefined) return sign * (Number(x) - Number(y));
  return sign * a.textContent.localeCompare(b.textContent);
}
