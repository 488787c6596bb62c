import type { Draws } from './random-stream.ts';

/**
 * What can go wrong, and how probable it is at the most: for each call of a port, each delivery, or each answer of TMDB. A history
 * draws its own share of it.
 */
const strongest = {
  // Processes: killed before or after a call; replaced between two invocations.
  crash: 0.004,
  coldStart: 0.5,
  // Tables: refused by throttling; done, but the answer is lost; slow; silent for longer than an invocation lasts; read from a replica that is behind.
  callError: 0.1,
  lostAnswer: 0.06,
  slowCall: 0.08,
  silence: 0.001,
  staleRead: 0.6,
  // Queues.
  duplicate: 0.15,
  reorder: 1,
  late: 0.3,
  lostAck: 0.2,
  shortVisibility: 0.3,
  sendError: 0.08,
  // TMDB.
  throttled: 0.2,
  retryAfter: 0.8,
  serverError: 0.3,
  hang: 0.1,
  badJson: 0.1,
  wall: 0.05,
  notFound: 0.15,
  refused: 0.1,
  listsMove: 0.5,
  twins: 0.3,
  // Clocks, by process: wrong from the start; set while it runs.
  skew: 1,
  jump: 0.5,
} as const;

/** Those that came later: drawn for themselves, so that the histories of known seeds stay as they were. */
const strongestLater = {
  // TMDB: repeats what it was sent; packs its answer and does not say so.
  echo: 0.5,
  gzip: 0.5,
  // A CDN's page in place of an answer; a token that is refused once and is fine; a failure with HTTP 200; another page of the list.
  edgePage: 0.15,
  falseRefusal: 0.1,
  hiddenFailure: 0.1,
  otherPage: 0.1,
  // TMDB: lists nothing for hours, in lists that have titles before and after.
  empties: 0.3,
} as const;

/** Those of a history with a full queue alone (draw-busy.ts). */
const busyNames = ['slowAnswer'] as const;

export type FaultName = keyof typeof strongest | keyof typeof strongestLater | (typeof busyNames)[number];
type Strengths = Partial<Record<FaultName, number>>;

export const faultNames = [...Object.keys({ ...strongest, ...strongestLater }), ...busyNames] as FaultName[];

/** None of them. */
export const noFaults = Object.fromEntries(faultNames.map((name) => [name, 0])) as Faults;

/** Probabilities by fault; 0 is off. */
export type Faults = Readonly<Record<FaultName, number>>;

/** A history's faults: some histories have none, most a few, some nearly all. `later` are the draws of those that came later. */
export function drawFaults(draws: Draws, later: Draws): Faults {
  const share = draws.pick([0, 0.1, 0.1, 0.25, 0.25, 0.5, 0.9]);
  return { ...noFaults, ...drawShare(share, strongest, draws), ...drawShare(share, strongestLater, later) };
}

function drawShare(share: number, strengths: Strengths, draws: Draws): Strengths {
  return Object.fromEntries(
    Object.entries(strengths).map(([name, most]) => [
      name,
      draws.chance(share) ? most * (0.2 + 0.8 * draws.next()) : 0,
    ]),
  );
}

/** The same faults without one of them. */
export function without(faults: Faults, name: FaultName): Faults {
  return { ...faults, [name]: 0 };
}

/** How probable it is at the most that a delivery leaves its message behind in two copies, each of which is deferred on its own. */
export function forking({ duplicate, lostAck, shortVisibility, lostAnswer, crash, silence }: Faults): number {
  return duplicate + lostAck + shortVisibility + lostAnswer + 20 * (crash + silence);
}
