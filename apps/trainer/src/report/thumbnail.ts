import { html, Html } from './html.ts';
import type { ReportAtlas } from './report-inputs.ts';

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

/** What marks a thumbnail. */
export interface ThumbnailOptions {
  /** Says what the picture shows, to readers who do not see it and on hover. */
  readonly description: string;
  /** Whether it differs from what stands around it. Default false. */
  readonly odd?: boolean;
}

/** One image; nothing where the picture has no room for it. */
export function thumbnail(
  atlas: ReportAtlas | undefined,
  image: number,
  { description, odd = false }: ThumbnailOptions,
): Html | undefined {
  if (atlas === undefined || image < 0 || image >= atlas.capacity) return undefined;
  const [x, y] = [image % atlas.columns, Math.floor(image / atlas.columns)];
  return html`<span
    class="tile${odd && ' odd'}"
    role="img"
    aria-label="${description}"
    title="${description}"
    style="--x:${x};--y:${y}"
  ></span>`;
}
