import { describe, expect, it } from 'vitest';
import { downloadSize } from './download-meter.node.ts';

describe('downloadSize', () => {
  it.each([
    ['  Downloading tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl (273.8 MB)', 273.8e6],
    ['Downloading nvidia_cudnn_cu12-9.3.whl.metadata (1.6 kB)', undefined],
    ['Downloading a.whl (2.1 GB)', 2.1e9],
    ['Downloading a.whl (12 kB)', 12e3],
    ['Collecting tensorflow-cpu~=2.21.0', undefined],
    ['Downloading a.whl', undefined],
  ])('%s', (line, bytes) => {
    expect(downloadSize(line)).toBe(bytes);
  });
});
