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

/**
 * The rows of a CSV text (RFC 4180), each with its fields; a quoted field may hold commas, quotes and line breaks. Empty
 * lines are left out, as is a byte order mark.
 *
 * @throws RangeError if a quoted field has no end
 */
export function decodeCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^,"\r\n][^,\r\n]*)?)(,|\r\n|\n|\r|$)/gy;
  const body = text.replace(/^\uFEFF/, '');
  let row: string[] = [];
  while (pattern.lastIndex < body.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(body);
    if (match === null) {
      const line = body.slice(0, at).split(/\r\n|\n|\r/).length;
      throw new RangeError(`line ${line}: a quoted field does not end, or text follows its end`);
    }
    const [, quoted, plain = '', end] = match;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',' && pattern.lastIndex < body.length) continue;
    if (end === ',') row.push('');
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
