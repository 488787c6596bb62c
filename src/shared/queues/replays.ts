import * as z from 'zod';

/** Replays of a message out of a dead-letter queue; absent means none. */
export const replaysSchema = z.int().min(0).optional();
