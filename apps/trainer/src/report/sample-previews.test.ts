import { describe, expect, it } from 'vitest';
import { evaluatedRun } from './fixtures/report-inputs.testing.ts';
import { renderReport } from './render-report.ts';
import type { ReportInputs } from './report-inputs.ts';
import { shownSamples } from './shown-samples.ts';

const hostile = '</script><script>alert(1)</script>';

function soundRun(): ReportInputs {
  const run = evaluatedRun();
  return {
    ...run,
    config: { ...run.config, dataset: { name: 'tones', length: 40, samples: { modality: 'audio' } } },
    previews: { sounds: { 0: 'data:audio/wav;base64,AAAA', 2: 'data:audio/wav;base64,BBBB' } },
  };
}

function textRun(text: string): ReportInputs {
  const { atlas, ...run } = evaluatedRun();
  expect(atlas).toBeDefined();
  return {
    ...run,
    previews: { texts: { 0: text, 1: 'a neighbour', 2: 'another' } },
    examples: { rows: ['input', 'target'], texts: [['a [?] c'], [text]] },
  };
}

describe('samples in a report', () => {
  it('are buttons that play their sound, and pictures where none was kept', () => {
    const page = renderReport(soundRun());
    expect(page).toMatch(/<button\s+type="button"\s+class="tile sound"\s+data-sound="0"/);
    expect(page).toContain(
      '<script type="application/json" id="sounds">{"0":"data:audio/wav;base64,AAAA","2":"data:audio/wav;base64,BBBB"}</script>',
    );
    expect(page).toContain('media-src data:');
    expect(page).toMatch(/<span\s+class="tile"\s+role="img"\s+aria-label="recording 4,/);
    expect(page).toContain('40 recordings');
    expect(page).toContain('Every point is one recording');
    expect(renderReport(evaluatedRun())).not.toContain('id="sounds"');
  });

  it('are texts where they have no picture, in the same places', () => {
    const page = renderReport(textRun(`Déjà vu & ${hostile}`));
    expect(page).not.toContain(hostile);
    const escaped = 'Déjà vu &amp; &lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;';
    const sections = Object.fromEntries(
      [...page.matchAll(/<section id="(\w+)"[\s\S]*?<\/section>/g)].map(([all, id]) => [id, all]),
    );
    for (const id of ['classes', 'neighbours']) expect(sections[id]).toContain(`>${escaped}</span>`);
    expect(sections['examples']).toContain(`<dd>${escaped}</dd>`);
    expect(sections['map']).toContain('"texts":{"0":"Déjà vu & \\u003c/script>');
  });

  it('are listed, those beside their neighbours first', () => {
    const predicted = Int32Array.of(0, 0, 1, 1);
    const confidence = Float32Array.of(0.1, 0.9, 0.5, 0.4);
    const neighbours = { width: 2, rows: Int32Array.of(3, 0) };
    expect(shownSamples({ predicted, confidence, neighbours })).toEqual([3, 0, 1, 2]);
    expect(shownSamples({ neighbours })).toEqual([3, 0]);
    expect(shownSamples({})).toEqual([]);
  });
});
