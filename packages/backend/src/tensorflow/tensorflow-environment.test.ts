import { describe, expect, it } from 'vitest';
import { hasGlibc, tensorflowEnvironment } from './tensorflow-environment.node.ts';

const all =
  'glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=17179869184';

describe.skipIf(!hasGlibc())('tensorflowEnvironment', () => {
  it('gives the allocator’s tunables', () => {
    expect(tensorflowEnvironment({})).toEqual({ GLIBC_TUNABLES: all });
  });

  it('keeps what the user has set', () => {
    expect(tensorflowEnvironment({ GLIBC_TUNABLES: 'glibc.malloc.hugetlb=2' })).toEqual({
      GLIBC_TUNABLES:
        'glibc.malloc.hugetlb=2:glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=17179869184',
    });
  });

  it('adds nothing where all is set, as in a process started with it', () => {
    expect(tensorflowEnvironment({ GLIBC_TUNABLES: all })).toEqual({});
  });
});
