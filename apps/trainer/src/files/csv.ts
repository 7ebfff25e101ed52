/** A table as CSV (RFC 4180): fields with commas, quotes or line breaks are quoted. */
export function encodeCsv(headers: readonly string[], rows: Iterable<readonly (string | number)[]>): string {
  const lines = [headers.map(field).join(',')];
  for (const row of rows) lines.push(row.map(field).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
