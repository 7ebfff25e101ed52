import { describe, expect, it } from 'vitest';
import { evaluatedRun, trainedRun } from './fixtures/report-inputs.testing.ts';
import type { ReportInputs } from './report-inputs.ts';
import { renderReport } from './render-report.ts';

const hostile = '<script>alert(1)</script>';

/** What a reader sees: the markup without styles, scripts and tags. */
function textOf(page: string): string {
  return page
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
}

function sectionsOf(page: string): readonly (string | undefined)[] {
  return [...page.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id);
}

describe('renderReport', () => {
  it('shows all of an evaluated run', () => {
    const page = renderReport(evaluatedRun());
    expect(sectionsOf(page)).toEqual([
      ...['classes', 'map', 'results', 'confusion', 'neighbours', 'training', 'configuration'],
    ]);
    const text = textOf(page);
    expect(text).toContain('4 classes discovered in shapes (train)');
    expect(text).toContain('resnet-tiny, width 16');
    expect(text).toContain('61.3 % k-means on raw input 25.0');
    expect(text).toContain('kNN k 200, temperature 0.1');
    expect(text).toContain('most often circle');
    expect(text).toContain('1/√d = 0.125');
  });

  it('shows the pictures of a method that has some', () => {
    const examples = {
      dataUri: 'data:image/png;base64,AAAA',
      ...{ rows: ['input', 'reconstruction'], columns: 8, height: 32, width: 32 },
    };
    const page = renderReport({ ...evaluatedRun(), examples });
    expect(sectionsOf(page)).toContain('examples');
    expect(page).toContain('alt="2 rows of 8 pictures: input, reconstruction"');
    expect(page).toMatch(/<img\s+src="data:image\/png;base64,AAAA"\s+width="512"\s+height="128"/);
  });

  it('is the same page for the same inputs', () => {
    expect(renderReport(evaluatedRun())).toBe(renderReport(evaluatedRun()));
  });

  it.each<[string, ReportInputs]>([
    ['evaluated', evaluatedRun()],
    ['not evaluated', trainedRun()],
  ])('loads nothing: %s', (_, inputs) => {
    const page = renderReport(inputs);
    expect(page).not.toMatch(/https?:|@import|<link|<iframe| src=/);
    expect([...page.matchAll(/url\(["']?(\w+):?/g)].map(([, scheme]) => scheme)).toEqual(
      inputs.atlas ? ['data'] : [],
    );
    expect([...page.matchAll(/href="([^"]*)"/g)].every(([, target]) => target?.startsWith('#'))).toBe(true);
    expect(page).toContain('default-src &#39;none&#39;');
  });

  it('escapes names, paths and settings', () => {
    const inputs = evaluatedRun({ classNames: [hostile, '"><img onerror=alert(1)>'] });
    const config = { ...inputs.config, data: hostile, dataset: { name: hostile }, method: hostile };
    const protocol = { [hostile]: { [hostile]: hostile } };
    const evaluation = { protocol, results: {}, baselines: { [hostile]: { knn: { top1: 0.1 } } } };
    const pages = [
      renderReport({ ...inputs, config, evaluation, runFolder: hostile }),
      renderReport({ ...trainedRun(), config, runFolder: hostile }),
    ];
    for (const page of pages) {
      expect(page).toContain('&lt;script&gt;');
      expect(page).not.toContain(hostile);
      expect(page).not.toContain('<img');
      expect(page.match(/<script/g)?.length).toBe(page.includes('id="map-data"') ? 2 : 1);
    }
  });

  it('says before evaluation which commands evaluate', () => {
    const page = renderReport(trainedRun());
    expect(sectionsOf(page)).toEqual(['training', 'configuration']);
    const text = textOf(page);
    expect(text).toContain('has not been evaluated yet');
    expect(text).toContain('ssl eval &#39;runs/first try&#39; --data /pictures/shapes');
  });

  it('says that there is no log yet', () => {
    expect(textOf(renderReport({ ...trainedRun(), metrics: [] }))).toContain('Nothing has been logged yet');
  });

  it('shows classes without labels, and says what cannot be scored', () => {
    const page = renderReport(evaluatedRun({ classNames: false }));
    expect(sectionsOf(page)).toEqual([
      ...['classes', 'map', 'results', 'neighbours', 'training', 'configuration'],
    ]);
    const text = textOf(page);
    expect(text).toContain('carry no labels, so nothing can be scored');
    expect(text).toContain('not scored: the images carry no labels');
    expect(text).toContain('Class sizes 10–10');
    expect(text).toContain('Classes used 4 of 4');
    expect(text).not.toMatch(/Random backbone|purity \d/);
    expect(text).not.toContain('NaN');
  });

  it('treats labels that are all unknown as none', () => {
    const inputs = evaluatedRun({ classNames: false });
    const embeddings = { ...inputs.embeddings, count: 40, labels: new Int32Array(40).fill(-1) };
    expect(renderReport({ ...inputs, embeddings })).toBe(renderReport(inputs));
  });

  it('says of a method without classes that there are none', () => {
    const page = renderReport(evaluatedRun({ classes: 0 }));
    expect(textOf(page)).toContain('This method learns features, not classes');
    expect(sectionsOf(page)).not.toContain('confusion');
    expect(sectionsOf(page)).toContain('map');
  });

  it('calls classes predicted where training was given labels', () => {
    const inputs = evaluatedRun();
    const text = textOf(renderReport({ ...inputs, config: { ...inputs.config, usesLabels: true } }));
    expect(text).toContain('Predicted classes');
    expect(text).toContain('in each predicted class');
    expect(text).toContain('Labels were used in training, and to score.');
    expect(text).not.toMatch(/discovered|looked at afterwards|after training was done/i);
  });

  it('says of one class that the run has collapsed', () => {
    const text = textOf(renderReport(evaluatedRun({ classes: 1 })));
    expect(text).toContain('One class discovered in');
    expect(text).toContain('the run has collapsed');
  });

  it('shows the largest of very many classes, and says how many', () => {
    const classNames = Array.from({ length: 500 }, (_, at) => `name${at}`);
    const page = renderReport(evaluatedRun({ images: 3000, classes: 1000, classNames }));
    const text = textOf(page);
    expect(text).toContain('The 60 largest of 1000 classes');
    expect(text).toContain('the largest 40 of 1000 classes and 40 of 500 labels');
    expect(text).toContain('and 976 smaller ones');
    expect(page.match(/<div class="class-facts">/g)).toHaveLength(60);
    expect(page.length).toBeLessThan(2_000_000);
  });

  it('says that it shows a sample of the evaluated images', () => {
    const inputs = evaluatedRun();
    const protocol = { data: { testImages: 10_000, split: 'the test images of the data set, all of them' } };
    const text = textOf(renderReport({ ...inputs, evaluation: { ...inputs.evaluation!, protocol } }));
    expect(text).toContain('40 images drawn from the 10,000 evaluated ones');
    expect(text).toContain('Test images: 10000 Split: the test images of the data set, all of them');
  });

  it('thins a map of very many images, and says so', () => {
    const text = textOf(renderReport(evaluatedRun({ images: 45_000 })));
    expect(text).toContain('One image in 3 is drawn');
  });

  it('leaves out thumbnails that the picture does not hold', () => {
    const { atlas, ...inputs } = evaluatedRun();
    const tiles = (page: string): number => page.match(/--x:/g)?.length ?? 0;
    expect(tiles(renderReport(inputs))).toBe(0);
    const few = tiles(renderReport({ ...inputs, atlas: { ...atlas!, capacity: 7 } }));
    expect(few).toBeGreaterThan(0);
    expect(few).toBeLessThan(tiles(renderReport({ ...inputs, atlas: atlas! })));
  });

  it('draws curves with holes, of one point, and of one value', () => {
    const [first, ...rest] = trainedRun().metrics;
    expect(renderReport({ ...trainedRun(), metrics: [first!] })).toContain('<circle');
    const metrics = [first!, ...rest.map((record) => ({ ...record, loss: 1, gradientNorm: NaN }))];
    expect(renderReport({ ...trainedRun(), metrics })).not.toContain('NaN');
  });
});
