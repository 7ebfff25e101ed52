import type { Random } from '@ssl/random';
import { topics, type Topic } from './topics.ts';

/** Names of the classes of {@link renderSentence}: the topics. */
export const sentenceClassNames: readonly string[] = Object.keys(topics);

/** Which sentence is made. */
export interface RenderSentenceOptions {
  /** Topic of the sentence: an index into {@link sentenceClassNames}. */
  readonly classIndex: number;
  readonly random: Random;
}

const allTopics: readonly Topic[] = Object.values(topics);

/**
 * Sentences of any topic. Words in braces are drawn: from the sentence's topic, from `shared`, or, for `{anything}`,
 * an object of any topic, so that words alone mislead now and then.
 */
const templates: readonly string[] = [
  'The {agent} {verb} the {object} in the {place}{rest}.',
  'The {adjective} {agent} {verb} the {object} {time}{rest}.',
  '{Time} the {agent} {verb} the {adjective} {object}{rest}.',
  'In the {place} the {agent} {adverb} {verb} the {object}.',
  '{Name} and the {agent} {verb} the {object} by the {place}.',
  'The {agent} of the {place} {verb} the {object} {adverb}.',
  'The {object} that the {agent} {verb} was {adjective}{rest}.',
  '{Name} {adverb} {verb} the {object} for the {agent}{rest}.',
];

const shared = {
  adjective: 'old small quiet heavy bright lovely strange simple golden famous perfect careful',
  adverb: 'slowly gladly calmly rarely often quickly proudly secretly',
  name: 'Anna Boris Clara Elena Farid Greta Hugo Jonas Kofi Marco Nadia Oscar',
  time: 'yesterday on~Monday last~week at~noon that~night in~March all~year again',
  rest: ',~not~the~{anything} ~like~the~{anything} ~with~{name} ,~said~{name}',
} as const;

const sharedChoices: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(shared).map(([slot, list]) => [
    slot,
    list.split(' ').map((choice) => choice.replaceAll('~', ' ')),
  ]),
);

/**
 * An English sentence about a topic, in ASCII, of about 55 and at most 80 characters. Topics share the templates and
 * many words, so that counts of letters say little about the class: a linear classifier on byte counts is right in
 * about 6 of 10 sentences, one on words nearly always.
 *
 * @returns the same sentence for the same class and random stream, everywhere
 * @throws RangeError if the class does not exist
 */
export function renderSentence({ classIndex, random }: RenderSentenceOptions): string {
  const topic = allTopics[classIndex];
  if (topic === undefined) {
    throw new RangeError(
      `renderSentence: classIndex must be an integer from 0 to ${allTopics.length - 1}, got ${classIndex}`,
    );
  }
  return expand(pick(templates, random), topic, random);
}

/** Fills the slots of a text from left to right, and the slots of what fills them. */
function expand(text: string, topic: Topic, random: Random): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, slot: string) => {
    const name = slot.toLowerCase();
    const filled = expand(pick(choicesOf(name, topic, random), random), topic, random);
    return name === slot ? filled : filled.charAt(0).toUpperCase() + filled.slice(1);
  });
}

function choicesOf(slot: string, topic: Topic, random: Random): readonly string[] {
  switch (slot) {
    case 'agent':
      return topic.agents;
    case 'verb':
      return topic.verbs;
    case 'object':
      return topic.objects;
    case 'place':
      return topic.places;
    case 'anything':
      return pick(allTopics, random).objects;
    default: {
      const choices = sharedChoices[slot];
      if (choices === undefined) throw new Error(`renderSentence: no words for the slot {${slot}}`);
      return choices;
    }
  }
}

function pick<Choice>(choices: readonly Choice[], random: Random): Choice {
  return choices[random.integer(choices.length)] as Choice;
}
