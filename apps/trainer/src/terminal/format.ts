/** A duration for people: `42 s`, `3:07 min`, `2:05 h`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${twoDigits(whole % 60)} min`;
  return `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)} h`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** A share in [0, 1] as per cent with one decimal, without the sign: `43.6`; a dash for what is not known. */
export function formatPercent(share: number | null | undefined): string {
  return share === null || share === undefined ? '–' : (100 * share).toFixed(1);
}

/** A number in at most four significant digits, without trailing noise: `1.234`, `0.0005`, `12000`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(4)));
}

/** A count with its noun: `1 epoch`, `20 epochs`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
