/** What WebGPU tells of a graphics adapter. Browsers tell more or less of it; older ones nothing under `info`. */
export interface Adapter {
  readonly isFallbackAdapter?: boolean;
  readonly info?: {
    readonly vendor?: string;
    readonly architecture?: string;
    readonly device?: string;
    readonly description?: string;
    readonly isFallbackAdapter?: boolean;
  };
}

/** WebGPU, as far as looking for an adapter goes. */
interface Gpu {
  requestAdapter(options: object): Promise<Adapter | null>;
}

/** A graphics adapter, in words and by what decides whether it is worth using. */
export interface WebgpuAdapter {
  /** E.g. `apple, metal-3`; the empty string where the browser does not tell. */
  readonly description: string;
  /** Whether a processor only acts as one: slower than `wasm`, for tests. */
  readonly software: boolean;
}

/** Names that software adapters go by: Chromium's, Mesa's, and Windows'. */
const softwareNames = /swiftshader|llvmpipe|lavapipe|basic render/i;

/** The graphics adapter that `navigator.gpu` has here; undefined where there is none. */
export async function findWebgpuAdapter(): Promise<WebgpuAdapter | undefined> {
  const adapter = await findGpu()?.requestAdapter(adapterOptions);
  return adapter ? describeAdapter(adapter) : undefined;
}

/** Which adapter is asked for, where there are several. */
export const adapterOptions = { powerPreference: 'high-performance' };

/** An adapter in words, and whether it is software: by its name, or because it says so itself. */
export function describeAdapter(adapter: Adapter): WebgpuAdapter {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info ?? {};
  const names = [vendor, architecture, device, description].filter((name) => name);
  return {
    description: [...new Set(names)].join(', '),
    software:
      isFallbackAdapter === true ||
      adapter.isFallbackAdapter === true ||
      names.some((name) => softwareNames.test(name ?? '')),
  };
}

/** `navigator.gpu`, which older browsers do not have, and Node only where something put it there. */
export function findGpu(): Gpu | undefined {
  return (globalThis as { navigator?: { gpu?: Gpu } }).navigator?.gpu;
}
