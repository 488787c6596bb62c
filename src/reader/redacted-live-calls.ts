import type { Redact } from '../shared/core/redact-token.ts';
import type { LiveAnswer, LiveCalls } from './live-calls.ts';

/** Live calls whose failures hold no token: what they say goes to applications, and over HTTP. */
export function redactedLiveCalls(calls: LiveCalls, redact: Redact): LiveCalls {
  const told = <T>(answer: LiveAnswer<T>): LiveAnswer<T> =>
    answer.kind === 'unavailable' ? { ...answer, detail: redact(answer.detail) } : answer;
  return {
    firstPage: async (...asked) => told(await calls.firstPage(...asked)),
    title: async (...asked) => told(await calls.title(...asked)),
  };
}
