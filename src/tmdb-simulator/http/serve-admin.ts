import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CompleteFaultPlan, completeFaultPlan } from '../fault-plan.ts';
import { jsonType } from './send-answer.ts';

/**
 * Counts since the simulator started. Each request below `/3` ends in exactly one of `answered`, `throttled`, `faulted` and
 * `unauthorized`; the sum is smaller than `requests` only while requests are in flight, or after clients disconnected before
 * their answer.
 */
export type SimulatorStats = {
  requests: number;
  /** Answered by the catalogue, 304 and 4xx included. */
  answered: number;
  /** Refused by the rate limit; a 429 by a fault is `faulted`. */
  throttled: number;
  faulted: number;
  /** Refused without a valid token. */
  unauthorized: number;
  /** The most requests that came in any sliding second, refused ones included. */
  maxRequestsInAnySecond: number;
};

/** Prefix of the paths that control the simulator itself, outside `/3`. */
export const adminRoot = '/__simulator/';

/** What the admin paths read and change. */
export type AdminActions = { setFaults(plan: CompleteFaultPlan): void; stats(): SimulatorStats };

const maxPlanBytes = 1024 * 1024;

/** Answers `PUT /__simulator/faults` (a fault plan as JSON) and `GET /__simulator/stats`; 404 for anything else. */
export async function serveAdmin(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  actions: AdminActions,
): Promise<void> {
  switch (`${request.method} ${path}`) {
    case `GET ${adminRoot}stats`:
      sendJson(response, 200, actions.stats());
      return;
    case `PUT ${adminRoot}faults`:
      await takeFaults(request, response, actions);
      return;
    default:
      sendJson(response, 404, {
        error: `No ${request.method} ${path}: there are GET ${adminRoot}stats and PUT ${adminRoot}faults.`,
      });
  }
}

async function takeFaults(request: IncomingMessage, response: ServerResponse, actions: AdminActions): Promise<void> {
  const text = await bodyText(request);
  try {
    const plan = completeFaultPlan(jsonOf(text));
    actions.setFaults(plan);
    sendJson(response, 200, plan);
  } catch (error) {
    sendJson(response, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

async function bodyText(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes <= maxPlanBytes) {
      pieces.push(piece);
    }
  }
  return bytes <= maxPlanBytes ? Buffer.concat(pieces).toString('utf8') : '';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error('Not a fault plan: the body is no JSON of at most 1 MiB.', { cause });
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': jsonType }).end(JSON.stringify(body));
}
