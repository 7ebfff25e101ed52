import type { BackendInfo, BackendName } from '@ssl/backend';
import type { ConformanceCheck, ConformanceResult } from '@ssl/backend/testing';
import type { TrainedStep, TrainShapesOptions } from './train-shapes.ts';

/** What the worker is asked to do, once. */
export type WorkRequest = WorkOn & (ChecksRequest | TrainingRequest);

/** On which backend. */
export interface WorkOn {
  readonly backend: BackendName;
  /** Default: one for each core. */
  readonly threads?: number;
}

interface ChecksRequest {
  readonly task: 'checks';
  /** Only checks whose name contains it. */
  readonly filter: string;
}

interface TrainingRequest {
  readonly task: 'training';
  readonly training: TrainShapesOptions;
}

/** The backend that was taken: what of it can be sent. */
export type BackendFacts = Pick<BackendInfo, 'name' | 'description' | 'threads' | 'notes'>;

/** What training holds after a step: once it is under way, no more with every step. */
export interface HeldMemory {
  readonly tensors: number;
  /** Of the backend, in bytes; absent where it does not tell. */
  readonly memoryBytes?: number;
}

/** What a check is called, and what errors pass. */
export type CheckName = Pick<ConformanceCheck, 'name' | 'group' | 'limits'>;

/** What the worker tells, in order; after `done` and `failed` nothing follows. */
export type WorkEvent =
  | { readonly type: 'backend'; readonly backend: BackendFacts }
  | { readonly type: 'checks'; readonly checks: readonly CheckName[] }
  | { readonly type: 'check'; readonly index: number; readonly outcome: ConformanceResult | string }
  | { readonly type: 'training'; readonly totalSteps: number; readonly batchSize: number }
  | ({ readonly type: 'step' } & TrainedStep & HeldMemory)
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly message: string };
