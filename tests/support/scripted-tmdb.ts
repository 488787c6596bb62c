import type { TmdbAnswer, TmdbPort, TmdbRequest } from '../../src/shared/tmdb/tmdb-port.ts';
import { statusBody } from './tmdb-rows.ts';

/** TMDB by script: the n-th call gets the n-th answer, and from the last on that one again. */
export type ScriptedTmdb = TmdbPort & { readonly requests: readonly TmdbRequest[] };

/** An answer, or what makes one when its call comes. */
export type ScriptedAnswer = TmdbAnswer | (() => TmdbAnswer | Promise<TmdbAnswer>);

export function scriptedTmdb(...script: readonly ScriptedAnswer[]): ScriptedTmdb {
  const requests: TmdbRequest[] = [];
  return {
    requests,
    get: async (request) => {
      requests.push(request);
      const answer = script[Math.min(requests.length, script.length) - 1];
      if (answer === undefined) {
        throw new Error('no call was expected');
      }
      return typeof answer === 'function' ? answer() : answer;
    },
  };
}

/** An answer with a JSON body. */
export function jsonAnswer(status: number, json: unknown, retryAfter?: string): TmdbAnswer {
  return { kind: 'response', status, body: JSON.stringify(json), retryAfter };
}

/** TMDB's error envelope. */
export function tmdbError(status: number, code: number, retryAfter?: string): TmdbAnswer {
  return jsonAnswer(status, statusBody(code), retryAfter);
}

/** No answer at all. */
export function noResponse(code = 'econnreset'): TmdbAnswer {
  return { kind: 'no-response', code, detail: `the call to TMDB broke off: ${code}` };
}
