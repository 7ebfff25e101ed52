/** Settings by name; a value may be settings again. */
export interface Settings {
  readonly [name: string]: unknown;
}

/** Whether a value is settings by name, rather than a number, text, list or nothing. */
export function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Lays settings over others: what `over` names wins, lists are replaced whole. Where `over` changes the `name` of
 * nested settings (`optimizer: { name: 'adamw' }` over one of SGD), those below are dropped: they are another
 * kind's. A value of `undefined` says nothing.
 */
export function overlaySettings(below: Settings, over: Settings): Settings {
  const merged: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const under = merged[name];
    const sameKind =
      isSettings(under) &&
      isSettings(value) &&
      (value['name'] === undefined || value['name'] === under['name']);
    merged[name] = sameKind ? overlaySettings(under, value) : value;
  }
  return merged;
}

/** The value at a path of names, and of indices in lists, or `undefined`. */
export function settingAt(settings: Settings, path: readonly string[]): unknown {
  let value: unknown = settings;
  for (const name of path) {
    if (Array.isArray(value)) value = value[Number(name)] as unknown;
    else if (isSettings(value)) value = value[name];
    else return undefined;
  }
  return value;
}

/** The paths of all values that are not settings themselves, in order. Empty settings have none. */
export function settingPaths(settings: Settings, below: readonly string[] = []): readonly string[][] {
  return Object.entries(settings).flatMap(([name, value]) => {
    const path = [...below, name];
    if (isSettings(value)) return settingPaths(value, path);
    return value === undefined ? [] : [path];
  });
}
