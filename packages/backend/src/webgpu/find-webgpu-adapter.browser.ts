/** What is known of a graphics adapter. Browsers tell more or less of it; older ones nothing under `info`. */
interface Adapter {
  readonly isFallbackAdapter?: boolean;
  readonly info?: {
    readonly vendor?: string;
    readonly architecture?: string;
    readonly device?: string;
    readonly description?: string;
    readonly isFallbackAdapter?: boolean;
  };
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

/** The graphics adapter that WebGPU has here; undefined where there is none. */
export async function findWebgpuAdapter(): Promise<WebgpuAdapter | undefined> {
  const { gpu } = navigator as {
    gpu?: { requestAdapter: (options: object) => Promise<Adapter | null> };
  };
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return undefined;
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
