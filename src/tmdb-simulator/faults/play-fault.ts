import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import type { Clock } from '../../shared/core/clock.ts';
import { type Answer, statusAnswer } from '../answers/answer.ts';
import type { FaultKind, FaultRule } from '../fault-plan.ts';
import { jsonType, sendAnswer } from '../http/send-answer.ts';

/** A request on which a fault is played. */
export type FaultScene = {
  rule: FaultRule;
  /** What the request would have been answered. */
  answer: Answer;
  request: IncomingMessage;
  response: ServerResponse;
  clock: Clock;
  /** Aborts when the client is gone or the simulator closes. */
  gone: AbortSignal;
};

type Player = (scene: FaultScene) => void | Promise<void>;

const slowBodyMs = 5000;
const slowBodyPieces = 10;
const hugeBodyBytes = 10 * 1024 * 1024;
const hugePieceBytes = 64 * 1024;
/** RFC 2606 reserves `.invalid`: the name never resolves. */
const nowhere = 'https://redirected.invalid/3';
/** What a load balancer says in place of TMDB: no JSON (pymedusa/Medusa issue 3072 has one in words). */
const balancerPage =
  '<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n';

const players: Readonly<Record<FaultKind, Player>> = {
  throttle: (scene) => {
    const { retryAfter } = scene.rule;
    const message = 'Your request count (46) is over the allowed limit of 40.';
    const headers = retryAfter === undefined ? {} : { 'Retry-After': retryAfter };
    sendAnswer(statusAnswer(25, message), scene.request, scene.response, headers);
  },
  serverError: (scene) => sendAnswer(statusAnswer(11), scene.request, scene.response),
  badGateway: (scene) => sendAnswer(statusAnswer(43), scene.request, scene.response),
  unavailable: ({ response }) => {
    response.writeHead(503, { 'Content-Type': 'text/html' }).end(balancerPage);
  },
  gatewayTimeout: (scene) => sendAnswer(statusAnswer(24), scene.request, scene.response),
  // Nothing is sent: the response stays open until the client gives up or the simulator closes.
  blackHole: () => undefined,
  slowBody: playSlowBody,
  truncatedJson: ({ answer, response }) => {
    const body = bytesOf(answer);
    sendBytes(response, answer.status, jsonType, body.subarray(0, body.length / 2));
  },
  gzipWithoutHeader: ({ answer, response }) => sendBytes(response, answer.status, jsonType, gzipSync(bytesOf(answer))),
  emptyBody: ({ answer, response }) => sendBytes(response, answer.status, jsonType, Buffer.alloc(0)),
  wrongContentType: ({ answer, response }) => sendBytes(response, answer.status, 'text/html', bytesOf(answer)),
  resetMidBody: playReset,
  hugeBody: playHugeBody,
  redirect: ({ rule, response }) => {
    response.writeHead(302, { Location: rule.location ?? nowhere, 'Content-Length': 0 }).end();
  },
  unauthorized: (scene) => sendAnswer(statusAnswer(7), scene.request, scene.response),
  notFound: (scene) => sendAnswer(statusAnswer(34), scene.request, scene.response),
  emptyList: ({ answer, request, response }) => sendAnswer(emptied(answer), request, response),
};

/** Answers a request the wrong way. Resolves when nothing more will be sent; a client that is gone is no error. */
export async function playFault(scene: FaultScene): Promise<void> {
  const { kind, delayMs } = scene.rule;
  if (kind !== 'slowBody' && delayMs !== undefined && delayMs > 0) {
    await scene.clock.sleep(delayMs, scene.gone);
  }
  if (!scene.gone.aborted) {
    await players[kind](scene);
  }
}

/** The headers at once, then the body in ten pieces spread evenly over the delay; the first piece comes at once too. */
async function playSlowBody({ rule, answer, response, clock, gone }: FaultScene): Promise<void> {
  const body = bytesOf(answer);
  const pauseMs = (rule.delayMs ?? slowBodyMs) / (slowBodyPieces - 1);
  const pieceBytes = Math.ceil(body.length / slowBodyPieces);
  response.writeHead(answer.status, { 'Content-Type': jsonType, 'Content-Length': body.length });
  for (let start = 0; start < body.length && !gone.aborted; start += pieceBytes) {
    response.write(body.subarray(start, start + pieceBytes));
    if (start + pieceBytes < body.length) {
      await clock.sleep(pauseMs, gone);
    }
  }
  response.end();
}

/** Half the body is handed to the system before the connection is reset, so that the client has begun to read. */
function playReset({ answer, response }: FaultScene): void {
  const body = bytesOf(answer);
  response.writeHead(answer.status, { 'Content-Type': jsonType, 'Content-Length': body.length });
  response.write(body.subarray(0, body.length / 2), () => response.socket?.resetAndDestroy());
}

/** Valid JSON, sent in chunks without a length: a client that does not count the bytes reads all of them. */
async function playHugeBody({ answer, response, gone }: FaultScene): Promise<void> {
  response.writeHead(answer.status, { 'Content-Type': jsonType });
  const open = Buffer.from('{"page":1,"results":[],"total_pages":1,"total_results":0,"padding":"');
  const piece = Buffer.alloc(hugePieceBytes, 'x');
  const pieces = Array.from({ length: hugeBodyBytes / hugePieceBytes }, () => piece);
  try {
    await pipeline(Readable.from([open, ...pieces, Buffer.from('"}')]), response, { signal: gone });
  } catch (error) {
    if (!gone.aborted) {
      throw error;
    }
  }
}

/** The list without its rows, as TMDB answers where it lists nothing; what is no list stays as it is. */
function emptied(answer: Answer): Answer {
  const { body } = answer;
  return typeof body === 'object' && body !== null && 'results' in body
    ? { ...answer, body: { ...body, results: [], total_pages: 1, total_results: 0 } }
    : answer;
}

function sendBytes(response: ServerResponse, status: number, contentType: string, body: Buffer): void {
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': body.length }).end(body);
}

function bytesOf(answer: Answer): Buffer {
  return Buffer.from(JSON.stringify(answer.body));
}
