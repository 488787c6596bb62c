/** What the simulated TMDB makes of a call. */
import { statusBody } from '../../support/tmdb-rows.ts';

/** `afterMs`: how long it takes. */
export type Reply =
  | {
      kind: 'response';
      status: number;
      body: string;
      retryAfter: string | undefined;
      /** The `Server` header; absent: none. */
      server?: string | undefined;
      /** Whether the body is sent as gzip bytes that no header tells of. */
      gzip: boolean;
      afterMs: number;
    }
  /** The connection breaks, with the code that Node gives it. */
  | { kind: 'broken'; code: string; afterMs: number }
  /** No answer, however long one waits. */
  | { kind: 'silence' };

type TextReply = Extract<Reply, { kind: 'response' }>;

/** What comes back in the end. */
export type Arrival = Exclude<Reply, { kind: 'silence' }>;

/** An answer of any text. */
export function textReply(status: number, body: string, afterMs: number, retryAfter?: string): TextReply {
  return { kind: 'response', status, body, retryAfter, gzip: false, afterMs };
}

export function jsonReply(status: number, json: unknown, afterMs: number): Reply {
  return textReply(status, JSON.stringify(json), afterMs);
}

/** TMDB's error envelope. */
export function errorReply(status: number, code: number, afterMs: number, retryAfter?: string): TextReply {
  return textReply(status, JSON.stringify(statusBody(code)), afterMs, retryAfter);
}

/** A page of what stands between TMDB and its callers. */
export function edgeReply(status: number, afterMs: number, retryAfter?: string): Reply {
  const body = `<html><center><h1>${status}</h1></center><center>openresty</center></html>`;
  return { kind: 'response', status, body, retryAfter, server: 'openresty', gzip: false, afterMs };
}

/** Texts of which each kind of answer has one or more. */
const quotable = /message of code \d+|told in a sentence|<html>/g;

const echoWords = ', sent with ';

/** The same answer, but its texts repeat `header`. */
export function quoting(reply: Reply, header: string): Reply {
  return reply.kind === 'response'
    ? { ...reply, body: reply.body.replace(quotable, (text) => `${text}${echoWords}${header}`) }
    : reply;
}

/** As it stands in a trace. */
export function replyText(reply: Reply): string {
  if (reply.kind !== 'response') {
    return `no-response ${reply.kind === 'broken' ? reply.code : 'at all'}`;
  }
  const echo = reply.body.includes(echoWords) ? ' echo' : '';
  return `${reply.status} ${reply.body.length}${reply.gzip ? ' gzip' : ''}${echo}`;
}
