/**
 * The token stands in the header of each call to TMDB, and nowhere else but in payload: where TMDB repeats it in an overview, that is
 * what TMDB sent (payload-invariant.ts).
 */
import { inspect } from 'node:util';
import type { Ended } from '../world/sim-process.ts';
import type { SeenCall } from '../world/sim-tmdb.ts';
import type { SimWorld } from '../world/sim-world.ts';
import { secretToken } from '../world/tmdb-wire.ts';

/** Texts are cut to a length in many places: what is left of the token is told by any piece of it. */
const pieceCharacters = 16;
const shapes = [
  ...Array.from({ length: Math.floor(secretToken.length / pieceCharacters) }, (_, place) =>
    secretToken.slice(place * pieceCharacters, (place + 1) * pieceCharacters),
  ),
  Buffer.from(secretToken).toString('base64').slice(0, 20),
];

/** Checks a call as it begins. */
export function checkCarriedToken({ process, authorization, request }: SeenCall, { violations }: SimWorld): void {
  if (authorization !== `Bearer ${secretToken}`) {
    violations.add('secrecy', `${process} called with ${authorization} in place of the token`);
  }
  if (isTold(JSON.stringify(request))) {
    violations.add('secrecy', `${process} told the token to ${request.path} outside of its header`);
  }
}

/** Checks all that a history has written, sent, stored and answered. */
export function checkSecrecy(world: SimWorld): void {
  for (const [place, contents] of Object.entries(placesOf(world))) {
    const told = contents.map(textOf).find(isTold);
    if (told !== undefined) {
      world.violations.add('secrecy', `${place}: ${aroundToken(told)}`);
    }
  }
}

function placesOf({ events, warnings, queues, tables, endings }: SimWorld): Record<string, readonly unknown[]> {
  const { jobs, items } = queues;
  return {
    events,
    warnings,
    'the job queue': [...jobs.queue.sent, ...jobs.queue.peek()],
    'dead jobs': [...jobs.dead.sent, ...jobs.dead.peek()],
    'the item queue': [...items.queue.sent, ...items.queue.peek()],
    'dead items': [...items.dead.sent, ...items.dead.peek()],
    'the catalog': tables.catalog.puts,
    'the breaker': tables.breaker.stored,
    'the control table': [
      ...tables.heads.stored,
      ...tables.inFlight.all(),
      ...tables.deferrals.keys.keys(),
      ...tables.leases.takes,
      ...tables.usage.adds,
    ],
    'answers and errors': endings.map(({ ended }) => endText(ended)),
  };
}

function endText(ended: Ended<unknown>): string {
  return ended.kind === 'failed' ? inspect(ended.error, { depth: Number.POSITIVE_INFINITY }) : textOf(ended);
}

/** Without the overviews, which alone repeat what TMDB was sent; a message is looked into. */
function textOf(content: unknown): string {
  return JSON.stringify(content, (key, value: unknown) => {
    if (key === 'body' && typeof value === 'string') {
      return parsedOrText(value);
    }
    return key === 'overview' || value instanceof Uint8Array ? undefined : value;
  });
}

function parsedOrText(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function isTold(text: string): boolean {
  return shapes.some((shape) => text.includes(shape));
}

function aroundToken(text: string): string {
  const at = Math.min(...shapes.map((shape) => text.indexOf(shape)).filter((index) => index >= 0));
  return text.slice(Math.max(0, at - 200), at + 100);
}
