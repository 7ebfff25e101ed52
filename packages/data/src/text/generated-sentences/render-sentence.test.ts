import { createRandom } from '@ssl/random';
import { describe, expect, it } from 'vitest';
import { renderSentence, sentenceClassNames } from './render-sentence.ts';
import { topics } from './topics.ts';

interface Sentence {
  readonly classIndex: number;
  readonly text: string;
}

function sentences(seed: string, count: number): readonly Sentence[] {
  return Array.from({ length: count }, (_, index) => {
    const classIndex = index % sentenceClassNames.length;
    return { classIndex, text: renderSentence({ classIndex, random: createRandom(seed, index) }) };
  });
}

describe('renderSentence', () => {
  it('makes sentences of printable ASCII with every slot filled, of at most 80 characters', () => {
    for (const { text } of sentences('form', 6000)) {
      expect(text).toMatch(/^[A-Z][ -~]{30,78}\.$/);
      expect(text).not.toMatch(/[{}~_]| {2}| [,.]/);
    }
  });

  it('takes agent, verb and object from the topic', () => {
    for (const { classIndex, text } of sentences('words', 600)) {
      const { agents, objects } = topics[sentenceClassNames[classIndex] as string]!;
      const words = new Set(text.toLowerCase().split(/[^a-z]+/));
      expect(agents.some((word) => words.has(word))).toBe(true);
      expect(objects.some((word) => words.has(word))).toBe(true);
    }
  });

  it('is determined by class and random stream, and varies', () => {
    const make = (classIndex: number, seed: number): string =>
      renderSentence({ classIndex, random: createRandom(seed) });
    expect(make(2, 5)).toBe(make(2, 5));
    expect(make(3, 5)).not.toBe(make(2, 5));
    const texts = new Set(sentences('many', 3000).map(({ text }) => text));
    expect(texts.size).toBeGreaterThan(2900);
  });

  it('makes these very sentences, here and in every browser', () => {
    const texts = sentences('fixed', 3).map(({ text }) => text);
    expect(texts).toMatchInlineSnapshot(`
      [
        "The simple professor observed the nebula again like the goal.",
        "The mint that the host salted was quiet, said Greta.",
        "The neighbour watered the lawn in the meadow with Elena.",
      ]
    `);
  });

  it('leaves counts of bytes mediocre where words tell the class', () => {
    const [training, test] = [sentences('train', 3000), sentences('test', 600)];
    const byBytes = naiveBayesAccuracy(training, test, (text) => [...text]);
    expect(byBytes).toBeGreaterThan(0.3);
    expect(byBytes).toBeLessThan(0.65);
    const byWords = naiveBayesAccuracy(training, test, (text) => text.toLowerCase().split(/[^a-z]+/));
    expect(byWords).toBeGreaterThan(0.97);
  });

  it.each([-1, 6, 0.5])('refuses class %d', (classIndex) => {
    expect(() => renderSentence({ classIndex, random: createRandom(0) })).toThrow(
      `renderSentence: classIndex must be an integer from 0 to 5, got ${classIndex}`,
    );
  });
});

describe('the topics', () => {
  it('share words with others, and each has words of its own in every list', () => {
    for (const [name, topic] of Object.entries(topics)) {
      const others = Object.entries(topics).filter(([other]) => other !== name);
      const foreign = new Set(others.flatMap(([, other]) => Object.values(other).flat() as string[]));
      const lists = Object.values(topic) as string[][];
      for (const list of lists) {
        expect(new Set(list).size).toBe(list.length);
        expect(list.filter((word) => !foreign.has(word)).length).toBeGreaterThanOrEqual(4);
      }
      expect(lists.flat().filter((word) => foreign.has(word)).length).toBeGreaterThanOrEqual(5);
    }
  });
});

/** Accuracy of a multinomial naive Bayes classifier on the features that `featuresOf` finds in a text. */
function naiveBayesAccuracy(
  training: readonly Sentence[],
  test: readonly Sentence[],
  featuresOf: (text: string) => readonly string[],
): number {
  const vocabulary = new Set<string>();
  const counts = sentenceClassNames.map(() => new Map<string, number>());
  const totals = sentenceClassNames.map(() => 0);
  for (const { classIndex, text } of training) {
    for (const feature of featuresOf(text)) {
      vocabulary.add(feature);
      counts[classIndex]!.set(feature, (counts[classIndex]!.get(feature) ?? 0) + 1);
      totals[classIndex]! += 1;
    }
  }
  const right = test.filter(({ classIndex, text }) => {
    const scores = counts.map((count, index) =>
      featuresOf(text).reduce(
        (sum, feature) =>
          sum + Math.log(((count.get(feature) ?? 0) + 1) / (totals[index]! + vocabulary.size)),
        0,
      ),
    );
    return scores.indexOf(Math.max(...scores)) === classIndex;
  });
  return right.length / test.length;
}
