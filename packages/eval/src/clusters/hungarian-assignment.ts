/**
 * The assignment of rows to columns with the greatest total score, each row and each column used at most once
 * (as many as the smaller side has): the Hungarian method by shortest augmenting paths (Jonker and Volgenant,
 * 1987), O(min² · max).
 *
 * @param scores `[rows, columns]`, row-major, finite
 * @returns the column of each row, `[rows]`, −1 where there are more rows than columns and the row goes without
 * @throws RangeError if `scores` is not `rows × columns` finite values
 */
export function hungarianAssignment(scores: ArrayLike<number>, rows: number, columns: number): Int32Array {
  if (scores.length !== rows * columns) {
    throw new RangeError(
      `hungarianAssignment: expected ${rows} × ${columns} = ${rows * columns} scores, got ${scores.length}`,
    );
  }
  for (let i = 0; i < scores.length; i++) {
    if (!Number.isFinite(scores[i])) {
      throw new RangeError(`hungarianAssignment: scores must be finite, got ${scores[i]} at position ${i}`);
    }
  }
  if (rows <= columns)
    return assignRows(rows, columns, (row, column) => -(scores[row * columns + column] as number));
  const rowOfColumn = assignRows(columns, rows, (column, row) => -(scores[row * columns + column] as number));
  const columnOfRow = new Int32Array(rows).fill(-1);
  for (const [column, row] of rowOfColumn.entries()) columnOfRow[row] = column;
  return columnOfRow;
}

/** The column of each row at the least total cost, for `rows ≤ columns`. */
function assignRows(
  rows: number,
  columns: number,
  cost: (row: number, column: number) => number,
): Int32Array {
  const rowPrice = new Float64Array(rows);
  const columnPrice = new Float64Array(columns);
  const rowOfColumn = new Int32Array(columns).fill(-1);
  const columnOfRow = new Int32Array(rows).fill(-1);
  const distance = new Float64Array(columns);
  const reachedFrom = new Int32Array(columns);
  const settled = new Uint8Array(columns);

  for (let start = 0; start < rows; start++) {
    distance.fill(Infinity);
    settled.fill(0);
    let row = start;
    let shortest = 0;
    let last = -1;
    // Dijkstra over columns with reduced costs, from `start` to the nearest free column.
    while (last < 0) {
      let next = -1;
      let least = Infinity;
      for (let column = 0; column < columns; column++) {
        if (settled[column]) continue;
        const path =
          shortest + cost(row, column) - (rowPrice[row] as number) - (columnPrice[column] as number);
        if (path < (distance[column] as number)) {
          distance[column] = path;
          reachedFrom[column] = row;
        }
        const reached = distance[column] as number;
        // Of equally near columns a free one ends the search.
        if (
          reached < least ||
          (reached === least && rowOfColumn[column] === -1 && rowOfColumn[next] !== -1)
        ) {
          least = reached;
          next = column;
        }
      }
      shortest = least;
      settled[next] = 1;
      if (rowOfColumn[next] === -1) last = next;
      else row = rowOfColumn[next] as number;
    }
    rowPrice[start]! += shortest;
    for (let column = 0; column < columns; column++) {
      if (!settled[column] || column === last) continue;
      const surplus = shortest - (distance[column] as number);
      columnPrice[column]! -= surplus;
      rowPrice[rowOfColumn[column] as number]! += surplus;
    }
    for (let column = last; column >= 0;) {
      const from = reachedFrom[column] as number;
      const before = columnOfRow[from] as number;
      rowOfColumn[column] = from;
      columnOfRow[from] = column;
      column = from === start ? -1 : before;
    }
  }
  return columnOfRow;
}
