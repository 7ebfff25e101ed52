import type { Random } from '@ssl/random';

import { sineOfTurns } from './sine.ts';
import { voices, type Voice } from './voices.ts';

/** Names of the classes of `renderTone`, in the order of their labels. */
export const toneClassNames: readonly string[] = Object.keys(voices);

/** Which tone is rendered. */
export interface ToneOptions {
  /** Index into `toneClassNames`. */
  readonly classIndex: number;
  /** Decides everything that is not the class. */
  readonly random: Random;
  /** In Hz. Default 8,000. */
  readonly sampleRate?: number;
  /** Length of the clip. Default 1. */
  readonly seconds?: number;
}

/** Samples between two changes of the partials' amplitudes. */
const blockSize = 32;

/** Partials of a harmonic voice that are rendered at most. */
const maxHarmonics = 40;

/**
 * Renders one tone. The class is its voice; its pitch (two octaves), loudness, onset and duration, the room it
 * sounds in and the noise behind it are left to chance, from the same ranges for each voice, so that they say
 * nothing about the class.
 *
 * The same arguments give the same samples in every JavaScript engine.
 *
 * @returns `[seconds × sampleRate]`, in [−1, 1]
 * @throws RangeError if `classIndex`, `sampleRate` or `seconds` is out of range
 */
export function renderTone(options: ToneOptions): Float32Array {
  const { classIndex, random, sampleRate = 8000, seconds = 1 } = options;
  const voice = Object.values(voices)[classIndex];
  if (!voice) {
    throw new RangeError(
      `renderTone: classIndex must be an integer from 0 to ${toneClassNames.length - 1}, got ${classIndex}`,
    );
  }
  if (!(Number.isInteger(sampleRate) && sampleRate >= 1000)) {
    throw new RangeError(`renderTone: sampleRate must be an integer from 1000 Hz, got ${sampleRate}`);
  }
  const length = Math.round(seconds * sampleRate);
  if (!(length >= 1 && length <= 2 ** 28)) {
    throw new RangeError(`renderTone: seconds must make at least one sample, got ${seconds}`);
  }
  const clip = new Float32Array(length);
  addTone(clip, voice, sampleRate, random.split('tone'));
  scaleTo(clip, loudness(random.split('loudness')));
  addNoise(clip, random.split('noise'));
  return clip;
}

/** What chance decides of a tone. */
interface Draws {
  /** In Hz. */
  readonly pitch: number;
  /** First sample. */
  readonly onset: number;
  /** Samples until the player lets go. */
  readonly duration: number;
  /** Seconds. */
  readonly attack: number;
  readonly release: number;
  /** Swings of vibrato and tremolo per second, and where they start, in turns. */
  readonly swing: number;
  readonly swingStart: number;
  /** Share of the voice's vibrato and tremolo. */
  readonly swingDepth: number;
  /** How much the room passes of a frequency in Hz. */
  readonly room: (frequency: number) => number;
}

function draw(voice: Voice, length: number, sampleRate: number, random: Random): Draws {
  const octaves = random.uniform(1, 2);
  return {
    pitch: 110 * octaves * octaves,
    onset: Math.floor(random.uniform(0, 0.35) * length),
    duration: Math.floor(random.uniform(0.3, 0.65) * length),
    attack: random.uniform(...voice.attack) * sampleRate,
    release: random.uniform(0.02, 0.12) * sampleRate,
    swing: random.uniform(4.5, 7),
    swingStart: random.uniform(),
    swingDepth: random.uniform(0.5, 1),
    room: randomRoom(random),
  };
}

/** A low-pass and two resonances, the same for all frequencies of a tone. */
function randomRoom(random: Random): (frequency: number) => number {
  const cutoff = random.uniform(600, 4000);
  const peaks = [0, 1].map(() => ({
    center: random.uniform(200, 3600),
    width: random.uniform(80, 400),
    gain: random.uniform(-0.8, 3),
  }));
  return (frequency) => {
    let gain = 1;
    for (const peak of peaks) {
      const distance = (frequency - peak.center) / peak.width;
      gain *= 1 + peak.gain / (1 + distance * distance);
    }
    const slope = frequency / cutoff;
    return gain / (1 + slope * slope);
  };
}

function addTone(clip: Float32Array, voice: Voice, sampleRate: number, random: Random): void {
  const draws = draw(voice, clip.length, sampleRate, random);
  const { pitch, onset, duration, attack, release } = draws;
  const ratios = voice.ratios ?? Array.from({ length: maxHarmonics }, (_, index) => index + 1);
  const audible = ratios.filter((ratio) => ratio * pitch < 0.47 * sampleRate);
  const amplitudes = Float64Array.from(
    audible,
    (ratio, index) => voice.amplitude(index + 1, ratio * pitch) * draws.room(ratio * pitch),
  );
  const decays = Float64Array.from(
    audible,
    (_, index) => 1 / (1 + ((voice.decay?.(index + 1) ?? 0) * blockSize) / sampleRate),
  );
  const starts = Float64Array.from(audible, () => random.uniform());
  const current = new Float64Array(audible.length);
  const end = Math.min(clip.length, onset + duration + Math.ceil(release));
  let phase = 0;
  let breath = voice.breath ?? 0;
  const breathDecay = 1 / (1 + (voice.breathDecay ?? 0) / sampleRate);
  for (let i = onset; i < end; i++) {
    const age = i - onset;
    const rise = Math.min(1, (age + 1) / attack);
    const fall = age < duration ? 1 : Math.max(0, 1 - (age - duration) / release);
    const envelope = rise * fall;
    if (age % blockSize === 0) {
      updatePartials(
        current,
        amplitudes,
        decays,
        age > 0,
        1 + (voice.swell ?? 0) * (1 / (envelope + 0.02) - 1),
      );
    }
    const swing = draws.swingDepth * sineOfTurns((draws.swing * age) / sampleRate + draws.swingStart);
    phase += (pitch * (1 + (voice.vibrato ?? 0) * swing)) / sampleRate;
    let sum = breath * random.uniform(-1, 1);
    for (let k = 0; k < audible.length; k++) {
      sum += (current[k] as number) * sineOfTurns(phase * (audible[k] as number) + (starts[k] as number));
    }
    breath *= breathDecay;
    clip[i] = sum * envelope * (1 - (voice.tremolo ?? 0) * (0.5 + 0.5 * swing));
  }
}

/** Lets the partials die away by one block, and dims upper ones by `darkness` (1 does nothing). */
function updatePartials(
  current: Float64Array,
  amplitudes: Float64Array,
  decays: Float64Array,
  isLater: boolean,
  darkness: number,
): void {
  let dimming = 1;
  for (let k = 0; k < current.length; k++) {
    if (isLater) amplitudes[k] = (amplitudes[k] as number) * (decays[k] as number);
    current[k] = (amplitudes[k] as number) * dimming;
    dimming /= darkness;
  }
}

/** Peak of the tone: quiet ones are as likely as loud ones. */
function loudness(random: Random): number {
  const level = random.uniform(0.2, 0.9);
  return level * level;
}

function scaleTo(clip: Float32Array, peak: number): void {
  let highest = 0;
  for (const sample of clip) highest = Math.max(highest, Math.abs(sample));
  const factor = highest > 0 ? peak / highest : 0;
  for (let i = 0; i < clip.length; i++) clip[i] = (clip[i] as number) * factor;
}

/** White noise, low-passed by chance. */
function addNoise(clip: Float32Array, random: Random): void {
  const level = 0.03 * random.uniform(0.1, 1) * random.uniform(0.1, 1);
  const smoothing = random.uniform(0, 0.8);
  let last = 0;
  for (let i = 0; i < clip.length; i++) {
    last = smoothing * last + (1 - smoothing) * random.uniform(-1, 1);
    clip[i] = Math.max(-1, Math.min(1, (clip[i] as number) + level * last));
  }
}
