/** What the first SIGINT or SIGTERM turns into: work that stops at the next step. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** 130 after SIGINT, 143 after SIGTERM; `undefined` while no signal came. */
  status(): number | undefined;
  /** Gives the signals back to Node, which ends the process at the next one. */
  dispose(): void;
}

const statuses = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Listens for SIGINT and SIGTERM. The first aborts `signal`; the second ends the process at once.
 *
 * @param onFirst told once, when the first signal comes
 */
export function createStopSignal(onFirst: () => void): StopSignal {
  const controller = new AbortController();
  let status: number | undefined;

  function receive(name: keyof typeof statuses): void {
    if (status !== undefined) process.exit(statuses[name]);
    status = statuses[name];
    controller.abort();
    onFirst();
  }
  const listeners = { SIGINT: () => receive('SIGINT'), SIGTERM: () => receive('SIGTERM') };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, listeners[name]);

  return {
    signal: controller.signal,
    status: () => status,
    dispose: () => {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, listeners[name]);
    },
  };
}
