import { html, type Html } from '../html.ts';
import type { ReportModel } from '../report-model.ts';
import { thumbnail } from '../thumbnail.ts';

/** Images that are asked about. */
const mostQueries = 12;
/** Neighbours that are shown of each. */
const mostNeighbours = 6;

/** A few images, each beside those that the backbone finds most similar. */
export function neighboursSection(model: ReportModel): Html | undefined {
  const { embeddings, atlas } = model;
  const neighbours = embeddings?.neighbours;
  if (!neighbours || !atlas || neighbours.rows.length === 0) return undefined;
  const { rows, width } = neighbours;
  const label = (image: number): number | undefined =>
    model.hasLabels ? embeddings?.labels?.[image] : undefined;
  const describe = (what: string, image: number): string => {
    const its = label(image);
    return `${what}: image ${image}${its === undefined ? '' : `, ${model.labelName(its)}`}`;
  };
  const queries = Array.from({ length: Math.min(mostQueries, Math.floor(rows.length / width)) }, (_, query) =>
    Array.from(rows.subarray(query * width, (query + 1) * width)),
  );
  return html`<section id="neighbours">
    <h2>Nearest neighbours</h2>
    <p class="lede">
      An image, then the others that the frozen backbone finds most similar (cosine similarity), nearest
      first.
      ${model.hasLabels && html`Another label than that of the image is marked with a <span class="odd-key">dot.</span>`}
    </p>
    <ul class="neighbours">
      ${queries.map(([query = -1, ...nearest]) => {
        const own = label(query);
        return html`<li>
          <div class="query">
            ${thumbnail(atlas, query, { description: describe('Query', query) })}
            <span class="small">${own === undefined ? `image ${query}` : model.labelName(own)}</span>
          </div>
          <div class="tiles">
            ${nearest.slice(0, mostNeighbours).map((image, at) =>
              thumbnail(atlas, image, {
                description: describe(`Neighbour ${at + 1}`, image),
                odd: own !== undefined && own >= 0 && label(image) !== own,
              }),
            )}
          </div>
        </li>`;
      })}
    </ul>
  </section>`;
}
