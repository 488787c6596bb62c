/** Randomness as a port, so that a seed replays a run. */
export type Random = {
  /** Uniform in [0, 1). */
  next(): number;
};
