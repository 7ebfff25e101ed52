export type { UseBackendOptions } from './create-use-backend.ts';
export { useBackend, type BrowserBackendOptions } from './use-backend.browser.ts';
export type { WasmUrls } from './wasm/load-emscripten.browser.ts';
