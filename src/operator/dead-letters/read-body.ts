/** JSON of the pipeline is a few levels deep; what is much deeper could not be printed, compared or sent again as JSON. */
const mostLevels = 64;

/** A body as JSON; `undefined` when it is none, or so deep that no message of the pipeline is. */
export function parseBody(body: string): unknown {
  try {
    const json: unknown = JSON.parse(body);
    return isWithin(json, mostLevels) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** A body as an object; an empty one when it is none. */
export function parseObject(body: string): Record<string, unknown> {
  const json = parseBody(body);
  return isObject(json) ? json : {};
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function isWithin(json: unknown, levels: number): boolean {
  if (typeof json !== 'object' || json === null) {
    return true;
  }
  return levels > 0 && Object.values(json).every((member) => isWithin(member, levels - 1));
}
