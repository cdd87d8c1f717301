'use strict';
// Tables sort by their heads and filter by words. Without this they are tables all the same.
(() => {
  const WORTH_SORTING = 3;
  const WORTH_FILTERING = 8;
  const UNITS = {
    '': 1, '%': 1, ns: 1, 'µs': 1e3, ms: 1e6, s: 1e9,
    B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30,
    'B/s': 1, 'kB/s': 1e3, 'MB/s': 1e6, 'GB/s': 1e9, 'TB/s': 1e12,
    'msg/s': 1, 'k msg/s': 1e3, 'M msg/s': 1e6, 'G msg/s': 1e9,
  };
  const NOTHING = new Set(['', '–', '·']);
  let tables = 0;

  // What a cell says, without its small print and without the marks of a ranking.
  function said(cell) {
    let text = '';
    for (const node of cell.childNodes) {
      const aside = node.nodeType === Node.ELEMENT_NODE && node.matches('small, .first, .level, .unseen');
      if (!aside) text += node.textContent;
    }
    return text.trim();
  }

  // A number in the base unit where the cell begins with a quantity, else its text, else null for nothing.
  function keyOf(cell) {
    const text = cell ? said(cell) : '';
    if (NOTHING.has(text)) return null;
    const found = /^[≥≤<>×]?\s*(-?[\d,]*\.?\d+)\s*([^[(\d]*)/.exec(text);
    const factor = found && UNITS[found[2].trim()];
    return factor ? Number(found[1].replaceAll(',', '')) * factor : text;
  }

  function compare(a, b) {
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
    return a.localeCompare(b, 'en', { numeric: true });
  }

  // Rows in the new order. Who has nothing to be sorted by stays last in either direction.
  function sorted(rows, column, direction) {
    const keyed = rows.map((row) => [keyOf(row.cells[column]), row]);
    const known = keyed.filter(([key]) => key !== null);
    known.sort(([a], [b]) => direction * compare(a, b));
    return [...known, ...keyed.filter(([key]) => key === null)].map(([, row]) => row);
  }

  // Sorts inside each group only, since nothing of different groups may be ranked together.
  function sort(table, column, direction) {
    for (const body of table.tBodies) {
      const rows = table.original.get(body);
      body.append(...(direction ? sorted(rows, column, direction) : rows));
    }
  }

  // Ascending, descending, as it was.
  const NEXT = { none: ['ascending', 1], ascending: ['descending', -1], descending: ['none', 0] };

  function makeSortable(table) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      if (!head.textContent.trim()) return;
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'sort';
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute('aria-sort', 'none');
      button.addEventListener('click', () => {
        const [name, direction] = NEXT[head.getAttribute('aria-sort')];
        for (const other of heads) if (other.hasAttribute('aria-sort')) other.setAttribute('aria-sort', 'none');
        head.setAttribute('aria-sort', name);
        sort(table, column, direction);
      });
    });
  }

  // Shows the rows that have every word, the title of their group counted in.
  function filter(table, words) {
    let shown = 0;
    for (const [body, rows] of table.original) {
      const group = body.querySelector('tr.group');
      let left = 0;
      for (const row of rows) {
        const fits = words.every((word) => table.texts.get(row).includes(` ${word}`));
        row.hidden = !fits;
        left += fits;
      }
      if (group) group.hidden = !left;
      shown += left;
    }
    return shown;
  }

  function makeFilterable(table, frame, count) {
    const number = ++tables;
    const field = document.createElement('p');
    field.className = 'filter';
    field.innerHTML = `<label for="filter-${number}">Filter rows</label> ` +
      `<input type="search" id="filter-${number}" placeholder="words, such as 64 B spin" autocomplete="off"> ` +
      '<output aria-live="polite"></output>';
    const [input, output] = [field.querySelector('input'), field.querySelector('output')];
    output.textContent = `${count.toLocaleString('en')} rows`;
    input.addEventListener('input', () => {
      const words = plain(input.value).split(' ').filter(Boolean);
      const shown = filter(table, words);
      output.textContent = words.length
        ? `${shown.toLocaleString('en')} of ${count.toLocaleString('en')} rows`
        : `${count.toLocaleString('en')} rows`;
    });
    frame.before(field);
  }

  // What a row says, with a space wherever an element ends.
  function spaced(row) {
    return row.innerHTML.replace(/<[^>]*>/g, ' ');
  }

  // Words in small letters with a space before each, so that "4 kib" is not found in "64 KiB".
  function plain(text) {
    return ` ${text.toLowerCase().replace(/[^\p{L}\p{N}.]+/gu, ' ')}`;
  }

  function enhance(frame) {
    const table = frame.querySelector('table');
    if (!table.tHead || table.tHead.rows.length !== 1 || table.matches('.short')) return;
    table.original = new Map([...table.tBodies].map(
      (body) => [body, [...body.rows].filter((row) => !row.matches('.group'))]));
    const count = [...table.original.values()].reduce((sum, rows) => sum + rows.length, 0);
    if (count >= WORTH_SORTING) makeSortable(table);
    if (count < WORTH_FILTERING) return;
    table.texts = new Map();
    for (const [body, rows] of table.original) {
      const title = body.querySelector('tr.group')?.textContent || '';
      for (const row of rows) table.texts.set(row, plain(`${title} ${spaced(row)}`));
    }
    makeFilterable(table, frame, count);
  }

  document.querySelectorAll('.scroll').forEach(enhance);
})();
