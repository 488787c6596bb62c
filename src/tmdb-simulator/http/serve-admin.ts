import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CompleteFaultPlan, completeFaultPlan } from '../fault-plan.ts';
import type { SimulatorStats } from '../simulator-stats.ts';

/** Where the simulator itself is spoken to, outside `/3`. */
export const adminRoot = '/__simulator/';

/** What can be asked of a simulator. */
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
  response.writeHead(status, { 'Content-Type': 'application/json;charset=utf-8' }).end(JSON.stringify(body));
}
