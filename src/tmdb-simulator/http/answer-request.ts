import { type Answer, ApiFailure, statusAnswer } from '../answers/answer.ts';
import type { World } from '../world.ts';
import { isAuthorized } from './authorize.ts';
import { answerOf, routes } from './routes.ts';

/** What of a request decides its answer. */
export type ApiRequest = { method: string; url: URL; authorization: string | undefined };

const apiRoot = '/3';

/**
 * The answer to a request below `/3`: who asks comes first, then whether the resource exists, then whether it can be read
 * this way, then its parameters. `token` is the only one accepted; `undefined` accepts any.
 */
export function answerRequest(request: ApiRequest, world: World, token: string | undefined): Answer {
  const { url, method, authorization } = request;
  if (!isAuthorized({ authorization, apiKey: url.searchParams.get('api_key') }, token)) {
    return statusAnswer(7);
  }
  const path = url.pathname.startsWith(`${apiRoot}/`) ? url.pathname.slice(apiRoot.length) : '';
  const route = routes.find(({ pattern }) => pattern.test(path));
  if (route === undefined) {
    return statusAnswer(34);
  }
  if (method !== 'GET') {
    return statusAnswer(42);
  }
  try {
    return answerOf(route, { world, path, query: url.searchParams });
  } catch (error) {
    if (error instanceof ApiFailure) {
      return statusAnswer(error.code);
    }
    throw error;
  }
}
