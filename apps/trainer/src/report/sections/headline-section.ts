import { describeShape } from '@ssl/augment';
import { isSettings, settingAt } from '@ssl/train';
import { formatNumber, formatPercent } from '../../terminal/format.ts';
import { html, type Html, type HtmlContent } from '../html.ts';
import { numberAt, textAt, type ReportModel } from '../report-model.ts';
import { thumbnail } from '../thumbnail.ts';

/** What was done, to what, and what came of it, at a glance. */
export function headlineSection(model: ReportModel): Html {
  const { config, evaluation } = model;
  return html`<header class="headline">
    <p class="eyebrow">${textAt(config, 'method')}</p>
    <h1>${reportTitle(model)}</h1>
    <dl class="facts">
      ${facts(model).map(
        ([term, value]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${strip(model)} ${evaluation ? html`<dl class="figures">${figures(model)}</dl>` : notEvaluated(model)}
  </header>`;
}

/** Images that stand below the headline. */
const stripLength = 15;

/** The most confident images of the largest classes, by turns: a first look, told again below. */
function strip({ atlas, previews, classes }: ReportModel): Html | undefined {
  if (atlas === undefined || previews?.texts !== undefined || classes.length === 0) return undefined;
  const turns = Math.ceil(stripLength / classes.length);
  const images = Array.from({ length: turns }, (_, turn) =>
    classes.map(({ members }) => members[turn] ?? -1),
  );
  const tiles = images.flat().map((image) => thumbnail({ atlas }, image, { description: '' }));
  return html`<div class="strip" aria-hidden="true">
    ${tiles.filter((tile) => tile !== undefined).slice(0, stripLength)}
  </div>`;
}

/** One line that tells this report from others. */
export function reportTitle({ config, classes, learntLabels }: ReportModel): string {
  const data = textAt(config, 'dataset', 'name') ?? textAt(config, 'data') ?? 'a data set';
  if (classes.length === 0 || learntLabels) return `${textAt(config, 'method') ?? 'A run'} on ${data}`;
  return `${classes.length === 1 ? 'One class' : `${classes.length} classes`} discovered in ${data}`;
}

function facts({ config, metrics, noun }: ReportModel): readonly (readonly [string, HtmlContent])[] {
  const images = numberAt(config, 'dataset', 'length');
  const shape = settingAt(config, ['inputSpec', 'shape']);
  const backbone = textAt(config, 'backbone', 'name');
  const channels = textAt(config, 'backbone', 'width');
  const epochs = textAt(config, 'epochs');
  const done = metrics.at(-1)?.epoch;
  const isPartial = done !== undefined && epochs !== undefined && done < Number(epochs) - 1e-6;
  const size = Array.isArray(shape) ? ` at ${describeShape(shape as number[])}` : '';
  const all: readonly (readonly [string, HtmlContent])[] = [
    [
      'Data',
      images === undefined ? textAt(config, 'data') : `${images.toLocaleString('en')} ${noun}s${size}`,
    ],
    ['Backbone', backbone && `${backbone}${channels ? `, width ${channels}` : ''}`],
    ['Epochs', epochs && (isPartial ? `${done.toFixed(1)} of ${epochs}` : epochs)],
    ['Batch', textAt(config, 'batchSize')],
    ['Backend', textAt(config, 'backend', 'description') ?? textAt(config, 'backend', 'name')],
    ['Started', textAt(config, 'createdAt')?.slice(0, 16).replace('T', ' ')],
  ];
  return all.filter(([, value]) => value !== undefined && value !== '');
}

function notEvaluated({ config, runFolder }: ReportModel): Html {
  const data = textAt(config, 'data') ?? 'PATH';
  return html`<div class="notice">
    <p>
      <b>This run has not been evaluated yet,</b> so there is only how training went. To score it and to see
      its classes, its map and its neighbours:
    </p>
    <pre tabindex="0"><code>ssl eval ${quoted(runFolder)} --data ${quoted(data)}
ssl report ${quoted(runFolder)}</code></pre>
  </div>`;
}

/** A word of a command, as a shell takes it. */
function quoted(word: string): string {
  return /^[\w./:@=+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function figures(model: ReportModel): readonly Html[] {
  const { evaluation, classes, embeddings } = model;
  const { results = {}, baselines = {}, protocol = {} } = evaluation ?? {};
  const testImages = numberAt(protocol, 'data', 'testImages');
  const compare = (name: string, path: readonly [string, string], what: string): string | undefined => {
    const value = numberAt(baselines, name, ...path);
    return value === undefined ? undefined : `${what} ${formatPercent(value)}`;
  };
  const share = (
    path: readonly [string, string],
    name: string,
    beside: string | undefined,
  ): Html | undefined => {
    const value = numberAt(results, ...path);
    return value === undefined
      ? undefined
      : figure(name, html`${formatPercent(value)}<small>%</small>`, beside);
  };
  const all = [
    share(['prediction', 'top1'], 'Accuracy', undefined),
    share(
      ['cluster', 'acc'],
      'Cluster accuracy',
      compare('pixels', ['cluster', 'acc'], 'k-means on raw input'),
    ),
    share(['cluster', 'nmi'], 'NMI', compare('pixels', ['cluster', 'nmi'], 'k-means on raw input')),
    share(['knn', 'top1'], 'kNN accuracy', compare('randomInit', ['knn', 'top1'], 'random backbone')),
    share(['linear', 'top1'], 'Linear probe', compare('randomInit', ['linear', 'top1'], 'random backbone')),
    ...methodFigures(model),
    classes.length > 0 && usedClasses(model),
    !model.hasLabels &&
      embeddings &&
      figure('Evaluated', (testImages ?? embeddings.count).toLocaleString('en'), `${model.noun}s`),
    !model.hasLabels && classes.length > 1 && sizes(model),
  ];
  return all.filter((one): one is Html => one !== undefined && one !== false);
}

/** The method's own metrics on the test samples. */
function methodFigures({ config, evaluation }: ReportModel): readonly Html[] {
  const metrics = settingAt(evaluation?.results ?? {}, ['metrics']);
  if (!isSettings(metrics)) return [];
  return Object.keys(metrics).flatMap((name) => {
    const value = numberAt(metrics, name);
    const title = textAt(config, 'metrics', name, 'title') ?? name;
    return value === undefined ? [] : [figure(title, formatNumber(value), 'on test samples')];
  });
}

function usedClasses({ classes, evaluation }: ReportModel): Html {
  const results = evaluation?.results ?? {};
  const usage = (name: string): number | undefined =>
    numberAt(results, 'classUsage', name) ?? numberAt(results, 'cluster', name);
  const total = usage('classes');
  return figure(
    'Classes used',
    usage('classesUsed') ?? classes.length,
    total === undefined ? undefined : `of ${total}`,
  );
}

function sizes(model: ReportModel): Html {
  const { classes } = model;
  const [largest, smallest] = [classes[0], classes.at(-1)].map((one) => one?.members.length ?? 0);
  return figure('Class sizes', `${smallest}–${largest}`, `${model.noun}s, smallest to largest`);
}

function figure(name: string, value: HtmlContent, beside: string | undefined): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
    ${beside && html`<dd class="beside">${beside}</dd>`}
  </div>`;
}
