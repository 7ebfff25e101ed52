import { getModality, modalityNames } from '@ssl/augment';
import { classConfusion, type ClassConfusion, type DiscoveredClass } from '@ssl/eval';
import { settingAt, type Settings } from '@ssl/train';
import { classColour, hueColour, otherColour } from './class-colours.ts';
import type { ReportInputs } from './report-inputs.ts';
import { usedClasses } from './shown-samples.ts';

/** What the sections of a report share: the inputs, and what follows from them. */
export interface ReportModel extends ReportInputs {
  /** Classes that hold images, largest first; empty where there are no predictions. */
  readonly classes: readonly DiscoveredClass[];
  /** Classes × labels; absent without labels or predictions. */
  readonly confusion?: ClassConfusion;
  readonly hasLabels: boolean;
  /** One sample, in words: `image`. */
  readonly noun: string;
  /** Whether training was given labels: its classes are predicted, those of other methods discovered. */
  readonly learntLabels: boolean;
  labelName(label: number): string;
  labelColour(label: number): string;
  /** The colour of the label that the class stands for, where it stands for one alone. */
  classColour(index: number): string;
}

/** Works out what the sections share. */
export function createReportModel(inputs: ReportInputs): ReportModel {
  const { embeddings } = inputs;
  const hasLabels = embeddings?.labels?.some((label) => label >= 0) ?? false;
  const labels = hasLabels ? embeddings?.labels : undefined;
  const predicted = embeddings?.predicted;
  const classes = embeddings ? usedClasses(embeddings) : [];
  const confusion = labels && predicted ? classConfusion(labels, predicted) : undefined;
  const names = embeddings?.classNames;
  const labelCount = Math.max(
    names?.length ?? 0,
    (labels?.reduce((most, label) => Math.max(most, label), -1) ?? -1) + 1,
  );
  const labelColour = (label: number): string => (label < 0 ? otherColour : classColour(label, labelCount));
  return {
    ...inputs,
    classes,
    ...(confusion && { confusion }),
    hasLabels,
    noun: nounOf(inputs.config),
    learntLabels: inputs.config['usesLabels'] === true,
    labelName: (label) => (label < 0 ? 'no label' : (names?.[label] ?? `label ${label}`)),
    labelColour,
    classColour: colourClasses(classes, confusion, labelColour),
  };
}

/** What the run's samples are called; runs of earlier versions have images only. */
function nounOf(config: Settings): string {
  const modality = textAt(config, 'dataset', 'samples', 'modality') ?? 'image';
  return modalityNames().includes(modality) ? getModality(modality).noun : 'sample';
}

function colourClasses(
  classes: readonly DiscoveredClass[],
  confusion: ClassConfusion | undefined,
  labelColour: (label: number) => string,
): (index: number) => string {
  const colours = new Map<number, string>();
  const order = classes.map(({ index }) => index).sort((a, b) => a - b);
  for (const [position, index] of order.entries()) {
    const row = confusion ? confusion.classes.indexOf(index) : -1;
    const standsAlone = confusion && row >= 0 && confusion.surplus[row] === 0;
    colours.set(
      index,
      standsAlone
        ? labelColour(confusion.labelOfClass[row] as number)
        : confusion
          ? hueColour(position)
          : classColour(position, order.length),
    );
  }
  return (index) => colours.get(index) ?? otherColour;
}

/** A number at a path of names, or `undefined` where there is none. */
export function numberAt(settings: Settings, ...path: readonly string[]): number | undefined {
  const value = settingAt(settings, path);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A text or number at a path of names as text, or `undefined` where there is none. */
export function textAt(settings: Settings, ...path: readonly string[]): string | undefined {
  const value = settingAt(settings, path);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
