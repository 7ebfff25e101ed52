import { html, Html, jsonScript } from './html.ts';
import type { ReportAtlas, ReportInputs } from './report-inputs.ts';

/** Thumbnails are shown at the whole multiple of their size that comes nearest to this many pixels. */
const preferredSize = 64;

/** Side of a shown thumbnail in CSS pixels. */
export function thumbnailSize({ tileSize }: ReportAtlas): number {
  return tileSize * Math.max(1, Math.round(preferredSize / tileSize));
}

/** The one style rule that holds the picture of all thumbnails. */
export function thumbnailStyle(atlas: ReportAtlas | undefined): Html {
  if (atlas === undefined) return html``;
  const size = thumbnailSize(atlas);
  return new Html(
    `<style>:root{--tile:${size}px;--atlas-width:${size * atlas.columns}px}` +
      `.tile{background-image:url("${atlas.dataUri}")}</style>`,
  );
}

/** What samples are shown by. */
export type SamplePreviews = Pick<ReportInputs, 'atlas' | 'previews'>;

/** Whether there is anything to show of single samples. */
export function canShowSamples({ atlas, previews }: SamplePreviews): boolean {
  return atlas !== undefined || previews !== undefined;
}

/** What marks a thumbnail. */
export interface ThumbnailOptions {
  /** Says what the picture shows, to readers who do not see it and on hover. */
  readonly description: string;
  /** Whether it differs from what stands around it. Default false. */
  readonly odd?: boolean;
}

/** One sample: its text, or its picture, which plays its sound; nothing where neither was kept. */
export function thumbnail(
  { atlas, previews }: SamplePreviews,
  row: number,
  { description, odd = false }: ThumbnailOptions,
): Html | undefined {
  const text = previews?.texts?.[row];
  if (text !== undefined) {
    return html`<span class="text${odd && ' odd'}" title="${description}">${text}</span>`;
  }
  const isSound = previews?.sounds?.[row] !== undefined;
  const hasPicture = atlas !== undefined && row >= 0 && row < atlas.capacity;
  if (!hasPicture && !isSound) return undefined;
  const [x, y] = hasPicture ? [row % atlas.columns, Math.floor(row / atlas.columns)] : [0, 0];
  const kind = `tile${odd ? ' odd' : ''}${hasPicture ? '' : ' blank'}`;
  if (!isSound) {
    return html`<span
      class="${kind}"
      role="img"
      aria-label="${description}"
      title="${description}"
      style="--x:${x};--y:${y}"
    ></span>`;
  }
  return html`<button
    type="button"
    class="${kind} sound"
    data-sound="${row}"
    aria-label="Play ${description}"
    title="${description}"
    style="--x:${x};--y:${y}"
  ></button>`;
}

/** The sounds of a report, where its script finds them. */
export function soundsScript({ previews }: SamplePreviews): Html | undefined {
  return previews?.sounds && jsonScript('sounds', previews.sounds);
}
