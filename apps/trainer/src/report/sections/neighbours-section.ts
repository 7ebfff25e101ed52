import { html, type Html } from '../html.ts';
import type { ReportModel } from '../report-model.ts';
import { shownNeighbours } from '../shown-samples.ts';
import { canShowSamples, thumbnail } from '../thumbnail.ts';

/** A few samples, each beside those that the backbone finds most similar. */
export function neighboursSection(model: ReportModel): Html | undefined {
  const { embeddings, noun } = model;
  const queries = embeddings ? shownNeighbours(embeddings) : [];
  if (!canShowSamples(model) || queries.length === 0) return undefined;
  const label = (image: number): number | undefined =>
    model.hasLabels ? embeddings?.labels?.[image] : undefined;
  const describe = (what: string, image: number): string => {
    const its = label(image);
    return `${what}: ${noun} ${image}${its === undefined ? '' : `, ${model.labelName(its)}`}`;
  };
  return html`<section id="neighbours">
    <h2>Nearest neighbours</h2>
    <p class="lede">
      Each ${noun} stands beside the others that the frozen backbone finds most similar (cosine similarity),
      nearest first.
      ${model.hasLabels && html`Another label than its own is marked with a <span class="odd-key">dot.</span>`}
    </p>
    <ul class="neighbours">
      ${queries.map(([query, ...nearest]) => {
        const own = label(query);
        return html`<li>
          <div class="query">
            ${thumbnail(model, query, { description: describe('Query', query) })}
            <span class="small">${own === undefined ? `${noun} ${query}` : model.labelName(own)}</span>
          </div>
          <div class="tiles">
            ${nearest.map((image, at) =>
              thumbnail(model, image, {
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
