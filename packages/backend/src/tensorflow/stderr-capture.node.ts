import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The addon that captures standard error, below the folder of tfjs-node's package. */
export function captureAddon(folder: string): string {
  return join(folder, 'lib', 'stderr_capture.node');
}

/**
 * Source of an addon with `begin()` and `end()`: what the process writes to standard error in between goes to
 * memory, and `end()` gives it.
 */
export const captureAddonSource = String.raw`
#include <node_api.h>
#include <sys/mman.h>
#include <unistd.h>
#include <string>

static int saved = -1;
static int memory = -1;

static napi_value Begin(napi_env, napi_callback_info) {
  if (saved >= 0) return nullptr;
  memory = memfd_create("stderr", MFD_CLOEXEC);
  if (memory < 0) return nullptr;
  saved = dup(STDERR_FILENO);
  if (saved < 0 || dup2(memory, STDERR_FILENO) < 0) {
    if (saved >= 0) close(saved);
    close(memory);
    saved = memory = -1;
  }
  return nullptr;
}

static napi_value End(napi_env env, napi_callback_info) {
  std::string text;
  if (saved >= 0) {
    dup2(saved, STDERR_FILENO);
    close(saved);
    char block[4096];
    ssize_t count;
    while ((count = pread(memory, block, sizeof block, text.size())) > 0) text.append(block, count);
    close(memory);
    saved = memory = -1;
  }
  napi_value result = nullptr;
  napi_create_string_utf8(env, text.data(), text.size(), &result);
  return result;
}

NAPI_MODULE_INIT() {
  napi_value begin, end;
  napi_create_function(env, "begin", NAPI_AUTO_LENGTH, Begin, nullptr, &begin);
  napi_create_function(env, "end", NAPI_AUTO_LENGTH, End, nullptr, &end);
  napi_set_named_property(env, exports, "begin", begin);
  napi_set_named_property(env, exports, "end", end);
  return exports;
}
`;

interface CaptureAddon {
  begin(): void;
  end(): string;
}

/**
 * Runs `work` and keeps what it writes to standard error.
 *
 * TensorFlow's library reports while it is being loaded, before it reads the variable that would quieten it.
 *
 * @param folder of tfjs-node's package; where the addon is not there, `work` runs uncaptured
 * @returns what `work` gave, and the lines that were written, without those of the level INFO and their header
 */
export function captureStderr<T>(folder: string, work: () => T): { result: T; lines: readonly string[] } {
  const file = captureAddon(folder);
  if (!existsSync(file)) return { result: work(), lines: [] };
  const capture = createRequire(import.meta.url)(file) as CaptureAddon;
  let written = '';
  let result: T;
  capture.begin();
  try {
    result = work();
  } finally {
    written = capture.end();
  }
  return { result, lines: written.split('\n').filter(isWorthTelling) };
}

/** TensorFlow's lines start with the level's letter and the date. */
function isWorthTelling(line: string): boolean {
  return line.trim() !== '' && !/^I\d{4} /.test(line) && !line.includes('before absl::InitializeLog()');
}
