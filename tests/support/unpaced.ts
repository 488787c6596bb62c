import type { WritePace } from '../../src/writer/write-rows.ts';

/** A table whose throughput nobody has to care for. */
export const unpaced: WritePace = { waitFor: async () => undefined };
