/**
 * How long a test waits for what must come, before it says that it waited in vain. Reached only when something is
 * broken, so it is long: on a machine with other work to do, anything may take its time.
 */
export const PATIENCE_MS = 60_000;
