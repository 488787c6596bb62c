import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { type Answer, statusAnswer } from '../answers/answer.ts';
import type { Clock } from '../clock.ts';
import type { CompleteFaultPlan, FaultKind, FaultRule } from '../fault-plan.ts';
import { unitFrom } from '../seeded-random.ts';
import { jsonType, sendAnswer } from './send-answer.ts';

/** Chooses the fault for each request. */
export type FaultChooser = {
  /** The fault for the next request, or `undefined` for none. `target` is the path and query of the request. */
  choose(target: string): FaultRule | undefined;
};

/** A request and the fault that is injected into its response. */
type FaultInjection = {
  rule: FaultRule;
  /** The answer without the fault. */
  answer: Answer;
  request: IncomingMessage;
  response: ServerResponse;
  clock: Clock;
  /** Aborts when the client disconnects or the simulator closes. */
  disconnected: AbortSignal;
};

type Injector = (injection: FaultInjection) => void | Promise<void>;

const slowBodyMs = 5000;
const slowBodyPieces = 10;
const hugeBodyBytes = 10 * 1024 * 1024;
const hugePieceBytes = 64 * 1024;
/** RFC 2606 reserves `.invalid`: the name never resolves. */
const unresolvable = 'https://redirected.invalid/3';

/** The page of a load balancer in front of TMDB: not JSON (pymedusa/Medusa issue 3072 quotes one). */
const balancerPage =
  '<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n';

const injectors: Readonly<Record<FaultKind, Injector>> = {
  throttle: (injection) => {
    const { retryAfter } = injection.rule;
    const message = 'Your request count (46) is over the allowed limit of 40.';
    const headers = retryAfter === undefined ? {} : { 'Retry-After': retryAfter };
    sendAnswer(statusAnswer(25, message), injection.request, injection.response, headers);
  },
  serverError: (injection) => sendAnswer(statusAnswer(11), injection.request, injection.response),
  badGateway: (injection) => sendAnswer(statusAnswer(43), injection.request, injection.response),
  unavailable: ({ response }) => {
    response.writeHead(503, { 'Content-Type': 'text/html' }).end(balancerPage);
  },
  gatewayTimeout: (injection) => sendAnswer(statusAnswer(24), injection.request, injection.response),
  // Nothing is sent: the response stays open until the client gives up or the simulator closes.
  blackHole: () => undefined,
  slowBody: sendSlowly,
  truncatedJson: ({ answer, response }) => {
    const body = bytesOf(answer);
    sendBytes(response, answer.status, jsonType, body.subarray(0, body.length / 2));
  },
  gzipWithoutHeader: ({ answer, response }) => sendBytes(response, answer.status, jsonType, gzipSync(bytesOf(answer))),
  emptyBody: ({ answer, response }) => sendBytes(response, answer.status, jsonType, Buffer.alloc(0)),
  wrongContentType: ({ answer, response }) => sendBytes(response, answer.status, 'text/html', bytesOf(answer)),
  resetMidBody,
  hugeBody: sendHugeBody,
  redirect: ({ rule, response }) => {
    response.writeHead(302, { Location: rule.location ?? unresolvable, 'Content-Length': 0 }).end();
  },
  unauthorized: (injection) => sendAnswer(statusAnswer(7), injection.request, injection.response),
  notFound: (injection) => sendAnswer(statusAnswer(34), injection.request, injection.response),
  emptyList: ({ answer, request, response }) => sendAnswer(emptied(answer), request, response),
  missingPart: ({ answer, rule, request, response }) => sendAnswer(withoutPart(answer, rule.part), request, response),
};

/**
 * A chooser that tries a plan's rules in order; the first that fires decides. Each rule draws from the seed and from how
 * many requests it has matched, so the same requests in the same order get the same faults.
 */
export function createFaultChooser(plan: CompleteFaultPlan, seed: number): FaultChooser {
  const states = plan.rules.map((rule) => ({ rule, matched: 0, fired: 0 }));
  const fires = (state: (typeof states)[number], index: number, target: string): boolean => {
    const { rule } = state;
    if (!target.includes(rule.path ?? '') || state.fired >= (rule.times ?? Infinity)) {
      return false;
    }
    state.matched += 1;
    return unitFrom(seed, 'fault', index, state.matched) < rule.probability;
  };
  return {
    choose: (target) => {
      const state = states.find((candidate, index) => fires(candidate, index, target));
      if (state !== undefined) {
        state.fired += 1;
      }
      return state?.rule;
    },
  };
}

/**
 * Injects a fault after the delay of its rule. Resolves when nothing more will be sent; a client that disconnects is not an
 * error.
 */
export async function injectFault(injection: FaultInjection): Promise<void> {
  const { kind, delayMs } = injection.rule;
  if (kind !== 'slowBody' && delayMs !== undefined && delayMs > 0) {
    await injection.clock.sleep(delayMs, injection.disconnected);
  }
  if (!injection.disconnected.aborted) {
    await injectors[kind](injection);
  }
}

/** Sends the headers and the first of ten pieces at once, the other pieces spread evenly over the delay. */
async function sendSlowly({ rule, answer, response, clock, disconnected }: FaultInjection): Promise<void> {
  const body = bytesOf(answer);
  const pauseMs = (rule.delayMs ?? slowBodyMs) / (slowBodyPieces - 1);
  const pieceBytes = Math.ceil(body.length / slowBodyPieces);
  response.writeHead(answer.status, { 'Content-Type': jsonType, 'Content-Length': body.length });
  for (let start = 0; start < body.length && !disconnected.aborted; start += pieceBytes) {
    response.write(body.subarray(start, start + pieceBytes));
    if (start + pieceBytes < body.length) {
      await clock.sleep(pauseMs, disconnected);
    }
  }
  response.end();
}

/** Hands half the body to the operating system before it resets the connection, so that the client has begun to read. */
function resetMidBody({ answer, response }: FaultInjection): void {
  const body = bytesOf(answer);
  response.writeHead(answer.status, { 'Content-Type': jsonType, 'Content-Length': body.length });
  response.write(body.subarray(0, body.length / 2), () => response.socket?.resetAndDestroy());
}

/** Valid JSON, sent in chunks without a length: a client that does not count the bytes reads all of them. */
async function sendHugeBody({ answer, response, disconnected }: FaultInjection): Promise<void> {
  response.writeHead(answer.status, { 'Content-Type': jsonType });
  const open = Buffer.from('{"page":1,"results":[],"total_pages":1,"total_results":0,"padding":"');
  const piece = Buffer.alloc(hugePieceBytes, 'x');
  const pieces = Array.from({ length: hugeBodyBytes / hugePieceBytes }, () => piece);
  try {
    await pipeline(Readable.from([open, ...pieces, Buffer.from('"}')]), response, { signal: disconnected });
  } catch (error) {
    if (!disconnected.aborted) {
      throw error;
    }
  }
}

/** The list without rows, as TMDB answers for an empty list; any other answer is unchanged. */
function emptied(answer: Answer): Answer {
  const { body } = answer;
  return typeof body === 'object' && body !== null && 'results' in body
    ? { ...answer, body: { ...body, results: [], total_pages: 1, total_results: 0 } }
    : answer;
}

/** The parts that were missing in answers of TMDB (Seerr issues 3204 and 3206). */
const partsThatFail = ['credits', 'aggregate_credits', 'keywords'];

/** Details without appended parts, as TMDB answers when its inner call fails; any other answer is unchanged. */
function withoutPart(answer: Answer, part: string | undefined): Answer {
  const missing = part === undefined ? partsThatFail : [part];
  const { body } = answer;
  return typeof body === 'object' && body !== null && 'original_language' in body
    ? { ...answer, body: Object.fromEntries(Object.entries(body).filter(([name]) => !missing.includes(name))) }
    : answer;
}

function sendBytes(response: ServerResponse, status: number, contentType: string, body: Buffer): void {
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': body.length }).end(body);
}

function bytesOf(answer: Answer): Buffer {
  return Buffer.from(JSON.stringify(answer.body));
}
