/** A copy of `value` without the member at `path` (`feed.region`). */
export function without(value: object, path: string): unknown {
  return changed(value, path, undefined);
}

/** A copy of `value` with `member` at `path`, the rest as it was. */
export function changed(value: object, path: string, member: unknown): unknown {
  const copy = structuredClone(value) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() ?? '';
  const holder = names.reduce((at, name) => at[name] as Record<string, unknown>, copy);
  if (member === undefined) {
    delete holder[last];
  } else {
    holder[last] = member;
  }
  return copy;
}
