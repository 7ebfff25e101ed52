/**
 * A table of text for a terminal: the first column left-aligned, columns of numbers right-aligned.
 *
 * @param headers one per column
 * @param rows as many cells each as there are headers
 */
export function renderTable(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headers.map((header, column) =>
    Math.max(header.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const rightAligned = headers.map(
    (_, column) => column > 0 && rows.every((row) => /^(–|[-+]?[\d.,]+( ?%)?)?$/.test(row[column] ?? '')),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return rightAligned[column] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(headers), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}
