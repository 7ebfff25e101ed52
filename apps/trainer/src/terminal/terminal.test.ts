import { describe, expect, it } from 'vitest';
import { commandLine } from './command-line.ts';
import { formatDuration, formatNumber, formatPercent } from './format.ts';
import { createProgressLine, formatBar } from './progress-line.node.ts';
import { renderTable } from './table.ts';
import { createTerminal } from './terminal.node.ts';
import type { TextStream } from './text-stream.ts';

function recorder(isTTY = false): TextStream & { text: string } {
  const stream = {
    text: '',
    isTTY,
    columns: 40,
    write: (text: string) => {
      stream.text += text;
    },
  };
  return stream;
}

describe('createTerminal', () => {
  it('keeps answers on standard output and notes on standard error', () => {
    const [stdout, stderr] = [recorder(), recorder()];
    const terminal = createTerminal({}, { stdout, stderr });
    terminal.say('answer');
    terminal.note('note');
    terminal.document({ a: 1 });
    expect([stdout.text, stderr.text]).toEqual(['answer\n', 'note\n']);
  });

  it('gives standard output to the JSON document alone', () => {
    const [stdout, stderr] = [recorder(), recorder()];
    const terminal = createTerminal({ json: true }, { stdout, stderr });
    terminal.say('answer');
    terminal.document({ a: 1 });
    expect(JSON.parse(stdout.text)).toEqual({ a: 1 });
    expect(stderr.text).toBe('answer\n');
  });

  it('writes a line above a bar, not into it', () => {
    const [stdout, stderr] = [recorder(), recorder(true)];
    const terminal = createTerminal({}, { stdout, stderr });
    terminal.progress().update({ label: 'epoch 1/2', done: 1, total: 2 });
    terminal.note('warning');
    expect(stderr.text.endsWith('\r\x1b[Kwarning\n')).toBe(true);
  });
});

describe('progress', () => {
  const state = { label: 'epoch 1/2', done: 1, total: 4, figures: ['loss 1.5'], secondsLeft: 61 };

  it('never fills the terminal, however narrow', () => {
    for (let width = 0; width < 100; width++)
      expect(formatBar(state, width).length).toBeLessThanOrEqual(width);
    expect(formatBar(state, 79)).toBe(`epoch 1/2 ${'━'.repeat(8)}${'─'.repeat(22)}  1:01 min left  loss 1.5`);
  });

  it('redraws a bar ten times a second, and always at the end', () => {
    const stream = recorder(true);
    let time = 0;
    const line = createProgressLine(stream, () => time);
    for (; time < 1; time += 0.01) line.update(state);
    expect(stream.text.split('\r').length - 1).toBe(10);
    line.update({ ...state, done: 4 });
    expect(stream.text.split('\r').length - 1).toBe(11);
  });

  it('writes plain lines when the label changes, and every 15 seconds', () => {
    const stream = recorder();
    let time = 0;
    const line = createProgressLine(stream, () => time);
    for (; time < 40; time += 1) line.update({ ...state, label: time < 20 ? 'epoch 1/2' : 'epoch 2/2' });
    expect(stream.text.split('\n').slice(0, -1)).toEqual([
      'epoch 1/2  1:01 min left  loss 1.5',
      'epoch 1/2  1:01 min left  loss 1.5',
      'epoch 2/2  1:01 min left  loss 1.5',
      'epoch 2/2  1:01 min left  loss 1.5',
    ]);
  });
});

it('renderTable aligns names left and numbers right', () => {
  expect(
    renderTable(
      ['what', 'kNN'],
      [
        ['pixels', '9.1'],
        ['random backbone', '–'],
        ['x', '43.6'],
      ],
    ),
  ).toBe(
    [
      'what              kNN',
      '───────────────  ────',
      'pixels            9.1',
      'random backbone     –',
      'x                43.6',
    ].join('\n'),
  );
});

it('formats for people', () => {
  expect([formatDuration(41.6), formatDuration(187), formatDuration(7500)]).toEqual([
    '42 s',
    '3:07 min',
    '2:05 h',
  ]);
  expect([formatPercent(0.4361), formatPercent(null)]).toEqual(['43.6', '–']);
  expect([formatNumber(1.23456), formatNumber(0.000123456), formatNumber(12345.6)]).toEqual([
    '1.235',
    '0.0001235',
    '12346',
  ]);
});

it('commandLine can be copied into a shell', () => {
  expect(commandLine(['eval', 'runs/a', '--data', "my cat's"], null)).toBe(
    `ssl eval runs/a --data 'my cat'\\''s'`,
  );
  expect(commandLine(['doctor'], 'demo')).toBe('npm run -s ssl -- doctor');
});
