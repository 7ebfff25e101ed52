import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { createCommonJsLoader } from './commonjs-loader.node.ts';
import type { NativeBackend, NativeBinding } from './native-backend.ts';
import { findNativePackages, type NativePackage } from './native-package.node.ts';
import { registerTensorflowKernels } from './register-kernels.ts';
import { captureStderr } from './stderr-capture.node.ts';
import { backendHome } from '../install/backend-home.node.ts';
import { unsupportedProcessor } from './unsupported-processor.node.ts';

/** A registered backend `tensorflow`. */
export interface TensorflowBackend {
  /** For people, e.g. `TensorFlow 2.21.0 (CPU, 2 threads)`. */
  readonly description: string;
  /** Version of the TensorFlow library. */
  readonly version: string;
  /**
   * Threads that compute one op. With the same number, on the same kind of processor, runs repeat bit for bit; with
   * another number, sums are split differently.
   */
  readonly threads: number;
  /** Whether TensorFlow found a GPU and computes on it. */
  readonly gpu: boolean;
  /** What the user may want to know: where it came from, and what TensorFlow complained of while it loaded. */
  readonly notes: readonly string[];
}

/** Native TensorFlow cannot be used here. */
export interface TensorflowUnavailable {
  /** Why, as a part of a sentence without a full stop at its end. */
  readonly unavailable: string;
}

/** Where to look; the defaults are what a program wants. */
export interface LoadTensorflowOptions {
  /** Folder of the project whose `node_modules` are searched. Default: the current one. */
  readonly project?: string;
  /** Default: `backendHome('tensorflow')`. */
  readonly home?: string;
  /** Threads that compute one op; heeded by the first load only. Default: `TF_NUM_INTRAOP_THREADS`, else one for each core. */
  readonly threads?: number | undefined;
}

type CreateBackend = () => tf.KernelBackend | Promise<tf.KernelBackend>;

let loaded: { readonly info: TensorflowBackend; readonly create: CreateBackend } | undefined;

/**
 * Loads native TensorFlow and registers the backend `tensorflow`; `tf.setBackend('tensorflow')` then selects it.
 *
 * Takes `@tensorflow/tfjs-node-gpu`, else `@tensorflow/tfjs-node`, from the project if it is installed there and
 * its addon loads, else what `installTensorflow` put into the user's cache. Only its kernels and backend are
 * loaded, into this process's `@tensorflow/tfjs-core`; the kernels that it lacks or gets wrong are replaced (see
 * `registerTensorflowKernels`). A backend `tensorflow` that the program registered itself is kept and mended the
 * same way. Prints nothing. Sets, where unset, `TF_CPP_MIN_LOG_LEVEL` to 2 and, for the cached one,
 * `TF_ENABLE_ONEDNN_OPTS` to 1, without which TensorFlow uses its faster convolutions on few processors. Calling
 * it again gives the same result; after a failure it looks again.
 *
 * @returns the backend, or why it cannot be had; it does not throw for that
 */
export async function loadTensorflowBackend(
  options: LoadTensorflowOptions = {},
): Promise<TensorflowBackend | TensorflowUnavailable> {
  if (loaded) {
    if (!tf.findBackendFactory('tensorflow')) tf.registerBackend('tensorflow', loaded.create, 3);
    return loaded.info;
  }
  const own = tf.findBackendFactory('tensorflow');
  if (own) return keep(own, ['registered by the program itself']);
  const { project = process.cwd(), home = backendHome('tensorflow'), threads } = options;
  const { packages, reasons } = await findNativePackages(project, home);
  const unsupported = packages.length > 0 ? unsupportedProcessor() : undefined;
  if (unsupported !== undefined) return { unavailable: unsupported };
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  if (threads !== undefined) process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  const failures: string[] = [];
  for (const found of packages) {
    try {
      const { create, complaints } = loadPackage(found);
      tf.registerBackend('tensorflow', create, 3);
      const origin = `${found.name} from ${found.own ? 'the project' : 'the cache'}: ${found.folder}`;
      return keep(create, [origin, ...complaints]);
    } catch (error) {
      forget();
      failures.push(`${found.folder}: ${firstLine(error)}`);
    }
  }
  return { unavailable: [...failures, ...reasons].join('; ') };
}

/** Loads tfjs-node's kernels and addon; the backend is then to be had by `create`. */
function loadPackage(found: NativePackage): { create: CreateBackend; complaints: readonly string[] } {
  if (!found.own) process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  const { result: binding, lines: complaints } = captureStderr(
    found.folder,
    () => createRequire(import.meta.url)(found.addon) as NativeBinding,
  );
  const load = createCommonJsLoader({
    '@tensorflow/tfjs': tf,
    '@tensorflow/tfjs-core': tf,
    util: { ...util, isArray: Array.isArray, isNullOrUndefined },
    // Messages of TensorBoard's summaries, which need google-protobuf and are not reachable from here.
    './proto/api_pb': {},
  });
  const { NodeJSKernelBackend } = load(join(found.folder, 'dist', 'nodejs_kernel_backend.js')) as {
    NodeJSKernelBackend: new (binding: NativeBinding, packageName: string) => NativeBackend;
  };
  load(join(found.folder, 'dist', 'register_all_kernels.js'));
  return { create: () => new NodeJSKernelBackend(binding, found.name), complaints };
}

function keep(create: CreateBackend, notes: readonly string[]): TensorflowBackend {
  registerTensorflowKernels();
  const backend = tf.findBackend('tensorflow') as NativeBackend | null;
  if (backend === null) throw new Error('the backend did not initialise');
  const version = backend.binding.TF_Version;
  const gpu = backend.binding.isUsingGpuDevice();
  const threads = Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism();
  const description = `TensorFlow ${version} (${gpu ? 'GPU' : `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}`})`;
  const info = { description, version, threads, gpu, notes };
  loaded = { info, create };
  return info;
}

/** Takes back what a package that then failed has registered. */
function forget(): void {
  if (tf.findBackendFactory('tensorflow')) tf.removeBackend('tensorflow');
  for (const { kernelName } of tf.getKernelsForBackend('tensorflow')) {
    tf.unregisterKernel(kernelName, 'tensorflow');
  }
}

function isNullOrUndefined(value: unknown): boolean {
  return value === null || value === undefined;
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}
