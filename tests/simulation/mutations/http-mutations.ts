import type { Mutation } from '../campaign/source-copy.ts';

const file = 'shared/tmdb/tmdb-http.ts';

/** Known bugs of the way to TMDB. */
export const httpMutations: readonly Mutation[] = [
  {
    name: 'the token is taken out of payloads',
    file,
    find: 'return toAnswer(response, tmdb.maxBodyBytes);',
    replace:
      "const told = toAnswer(response, tmdb.maxBodyBytes); return told.kind === 'response' ? { ...told, body: told.body.replaceAll(token, '[token]') } : told;",
    why: 'a placeholder such as `en` would rewrite titles and paths',
    seeds: [100355],
  },
  {
    name: 'the token is logged',
    file: 'shared/telemetry/telemetry.ts',
    find: 'left.has(name) ? value : redactedValue(value, redact)',
    replace: 'value',
    why: 'a server that repeats what it was sent would bring the token into logs',
  },
  {
    name: 'the token is told in dead letters',
    file: 'shared/queues/message-sender.ts',
    find: 'identifiers.has(name) ? text : redact(text)',
    replace: 'text',
    why: 'a server that repeats what it was sent would bring the token into dead letters',
    seeds: [13],
  },
  {
    name: 'the token stands in the breaker',
    file: 'shared/throttle/breaker-record.ts',
    find: 'detail: redact(next.detail)',
    replace: 'detail: next.detail',
    why: 'a server that repeats what it was sent would bring the token into the control table',
  },
  {
    name: 'readers are told the token',
    file: 'reader/live-calls.ts',
    find: 'detail: redact(answer.detail)',
    replace: 'detail: answer.detail',
    why: 'applications, and those who ask over HTTP, would read it',
    seeds: [165],
  },
  {
    name: 'a call that breaks off is thrown',
    file,
    find: 'return noAnswer(error, ',
    replace: 'if (!axios.isCancel(error)) throw error; return noAnswer(error, ',
    why: 'an outage would use up the receives of healthy messages, and move them to the dead letters',
  },
  {
    name: 'the token stands in the address',
    file,
    find: '{ params: query, headers, signal }',
    replace: '{ params: { ...query, api_key: token }, headers, signal }',
    why: 'the token would stand in the log of every proxy on the way',
  },
  {
    name: 'calls have no deadline',
    file,
    find: '{ params: query, headers, signal }',
    replace: '{ params: query, headers }',
    why: 'readers would hang with TMDB',
    seeds: [639893],
  },
  {
    name: 'Retry-After is not read',
    file,
    find: "index % 2 === 1 && raw[index - 1]?.toLowerCase() === 'retry-after'",
    replace: "index % 2 === 1 && raw[index - 1] === 'retry-after'",
    why: 'everybody would call again within the pause that TMDB asked for',
    seeds: [506, 1_069],
  },
];
