import type { DiscoveredClass } from '@ssl/eval';
import { formatCount, formatPercent } from '../../terminal/format.ts';
import { html, type Html } from '../html.ts';
import { numberAt, type ReportModel } from '../report-model.ts';
import { mostClasses, mostMembers } from '../shown-samples.ts';
import { thumbnail } from '../thumbnail.ts';

/** For each class, its most confident samples, its size and what labels it holds. */
export function classesSection(model: ReportModel): Html | undefined {
  const { classes, embeddings, hasLabels, learntLabels, noun } = model;
  if (embeddings === undefined) return undefined;
  const title = learntLabels ? 'Predicted classes' : 'Discovered classes';
  if (classes.length === 0) {
    return html`<section id="classes">
      <h2>${title}</h2>
      <p class="lede">This method learns features, not classes: no predictions were made.</p>
    </section>`;
  }
  const shown = classes.slice(0, mostClasses);
  const images = `${embeddings.count.toLocaleString('en')} ${noun}s`;
  const all = numberAt(model.evaluation?.protocol ?? {}, 'data', 'testImages') ?? embeddings.count;
  const whole =
    all > embeddings.count
      ? `${images} drawn from the ${all.toLocaleString('en')} evaluated ones`
      : `${embeddings.count.toLocaleString('en')} evaluated ${noun}s`;
  return html`<section id="classes">
    <h2>${title}</h2>
    <p class="lede">
      ${
        classes.length > shown.length
          ? `The ${shown.length} largest of ${classes.length} classes that hold some of the ${whole}, largest first`
          : classes.length === 1
            ? `The one class that holds ${noun}s`
            : `All ${classes.length} classes that hold some of the ${whole}, largest first`
      }${embeddings.confidence && `, ${classes.length === 1 ? '' : 'each '}with its most confident ${noun}s`}.
      ${
        hasLabels
          ? html`Names and purity come from labels
              ${learntLabels ? `of the evaluated ${noun}s` : 'that were looked at afterwards'}. A ${noun}
              whose label is not its class’s commonest carries a <span class="odd-key">dot.</span>`
          : `Without labels a class has no name and no purity: look at what its ${noun}s share.`
      }
    </p>
    ${
      classes.length === 1 &&
      embeddings.count > 1 &&
      html`<p class="notice">
        All ${noun}s fell into one class: the run has collapsed, and the class says nothing.
      </p>`
    }
    <ol class="classes">
      ${shown.map((one) => classRow(one, model))}
    </ol>
  </section>`;
}

function classRow(one: DiscoveredClass, model: ReportModel): Html {
  const { embeddings, labelName, noun } = model;
  const { index, members, majorityLabel, purity, meanConfidence } = one;
  const tiles = Array.from(members)
    .slice(0, mostMembers)
    .map((row) => {
      const label = embeddings?.labels?.[row];
      const confidence = embeddings?.confidence?.[row];
      const parts = [
        `${noun} ${row}`,
        ...(model.hasLabels && label !== undefined ? [labelName(label)] : []),
        ...(confidence === undefined ? [] : [`confidence ${formatPercent(confidence)} %`]),
      ];
      const odd = majorityLabel !== undefined && label !== undefined && label >= 0 && label !== majorityLabel;
      return thumbnail(model, row, { description: parts.join(', '), odd });
    });
  return html`<li style="--class:${model.classColour(index)}">
    <div class="class-facts">
      <h3>Class ${index}</h3>
      ${majorityLabel !== undefined && html`<p class="majority">most often <b>${labelName(majorityLabel)}</b></p>`}
      ${mix(one, model)}
      <p class="small">
        ${formatCount(members.length, noun)}${purity !== undefined && html`<br />purity ${formatPercent(purity)} %`}
        ${meanConfidence !== undefined && html`<br />mean confidence ${meanConfidence.toFixed(2)}`}
      </p>
    </div>
    <div class="tiles">${tiles}</div>
  </li>`;
}

/** The labels in a class as a bar, and the three commonest in words. */
function mix({ members, labelled }: DiscoveredClass, model: ReportModel): Html | undefined {
  const labels = model.embeddings?.labels;
  if (!labels || !labelled) return undefined;
  const counts = new Map<number, number>();
  for (const row of members) {
    const label = labels[row] as number;
    if (label >= 0) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const share = (count: number): string => `${formatPercent(count / labelled)} %`;
  const words = sorted
    .slice(0, 3)
    .map(([label, count]) => `${model.labelName(label)} ${share(count)}`)
    .join(', ');
  return html`<div class="mix" role="img" aria-label="Labels: ${words}" title="${words}">
    ${sorted
      .slice(0, 12)
      .map(
        ([label, count]) => html`<i style="flex-grow:${count};background:${model.labelColour(label)}"></i>`,
      )}
  </div>`;
}
