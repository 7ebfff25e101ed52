import { find, make } from './elements.ts';

/** Shows what decides how fast this browser can be. */
export async function showMachine(): Promise<void> {
  const facts = {
    Cores: String(navigator.hardwareConcurrency),
    Threads: crossOriginIsolated ? 'can share memory' : 'cannot share memory: the page is not isolated',
    Graphics: await graphics(),
  };
  find('#machine').append(
    ...Object.entries(facts).map(([name, value]) =>
      make('div', {}, make('dt', {}, name), make('dd', {}, value)),
    ),
  );
}

async function graphics(): Promise<string> {
  const { gpu } = navigator as { gpu?: GPU };
  const adapter = await gpu?.requestAdapter();
  if (!adapter) return 'no WebGPU';
  const { vendor, architecture } = adapter.info;
  return `WebGPU (${[vendor, architecture].filter((word) => word !== '').join(', ') || 'unnamed'})`;
}
