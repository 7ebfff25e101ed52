import { describe, expect, it } from 'vitest';

import { allocateDecodedCache, createDecodedCache } from './decoded-cache.ts';

const sizes = Uint32Array.of(2, 1, 1, 1, 3, 2);
const image = (height: number, width: number, value: number) => ({
  ...{ height, width, channels: 3 },
  data: new Uint8Array(height * width * 3).fill(value),
});

describe('createDecodedCache', () => {
  it('gives back what was put in, to every thread with the same memory', () => {
    const memory = allocateDecodedCache(sizes, 3, 1000);
    const [here, there] = [createDecodedCache(memory), createDecodedCache(structuredClone(memory))];
    expect(here.get(2)).toBeUndefined();
    here.put(2, image(3, 2, 5));
    there.put(0, image(2, 1, 6));
    expect([there.get(2), here.get(0), here.get(1)]).toEqual([image(3, 2, 5), image(2, 1, 6), undefined]);
  });

  it('takes the first images that fit, and no others', () => {
    const memory = allocateDecodedCache(sizes, 3, 9);
    expect(memory.bytes.length).toBe(9);
    const cache = createDecodedCache(memory);
    cache.put(1, image(1, 1, 5));
    cache.put(2, image(3, 2, 5));
    expect([cache.get(1), cache.get(2)]).toEqual([image(1, 1, 5), undefined]);
    expect(allocateDecodedCache(sizes, 3, 0).bytes.length).toBe(0);
  });

  it('leaves out an image that has changed its size, and one that another thread is writing', () => {
    const memory = allocateDecodedCache(sizes, 3, 1000);
    const cache = createDecodedCache(memory);
    cache.put(0, image(1, 2, 5));
    memory.states[1] = 1;
    cache.put(1, image(1, 1, 5));
    expect([cache.get(0), cache.get(1)]).toEqual([undefined, undefined]);
  });
});
