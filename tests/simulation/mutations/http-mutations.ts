import type { Mutation } from '../campaign/mutation-hook.ts';

const file = 'shared/adapters/tmdb-http.ts';

/** Known bugs of the way to TMDB. */
export const httpMutations: readonly Mutation[] = [
  {
    name: 'the token is logged',
    file,
    find: 'return withoutToken(toAnswer(response, tmdb.maxBodyBytes), token);',
    replace: 'return toAnswer(response, tmdb.maxBodyBytes);',
    why: 'a server that repeats what it was sent would bring the token into logs, messages and tables',
  },
  {
    name: 'the token is taken out of errors only',
    file,
    find: "answer.kind === 'response' ? {",
    replace: "answer.kind === 'response' && answer.status >= 400 ? {",
    why: 'a title that repeats the token would bring it into the tables, and to readers',
  },
  {
    name: 'the token is taken out once',
    file,
    find: 'answer.body.replaceAll(token',
    replace: 'answer.body.replace(token',
    why: 'a server that repeats it twice would bring it into the tables',
  },
  {
    name: 'errors carry their request',
    file,
    find: 'detail: `the call to TMDB broke off: ',
    replace: 'detail: JSON.stringify(Object(error).config?.headers) + `the call to TMDB broke off: ',
    why: 'a connection that breaks would bring the token into logs and the breaker',
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
  },
  {
    name: 'Retry-After is not read',
    file,
    find: "index % 2 === 1 && raw[index - 1]?.toLowerCase() === 'retry-after'",
    replace: "index % 2 === 1 && raw[index - 1] === 'retry-after'",
    why: 'everybody would call again within the pause that TMDB asked for',
  },
];
