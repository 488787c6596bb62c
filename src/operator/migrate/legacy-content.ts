/**
 * Where the predecessor kept what it knew of a title: beside the keys, or as a map or a JSON text in one of three attributes. Members are
 * called as TMDB calls them, or the same in camel case.
 */

/** A title's members under TMDB's names, and the attributes that hold no content although they should. */
export type LegacyContent = { members: Record<string, unknown>; unreadable: string[] };

const containers = ['data', 'item', 'metadata'] as const;

const titleMembers = [
  'title',
  'name',
  'original_title',
  'original_name',
  'overview',
  'poster_path',
  'backdrop_path',
  'release_date',
  'first_air_date',
  'vote_average',
  'vote_count',
  'popularity',
  'genre_ids',
  'genres',
  'original_language',
  'origin_country',
  'adult',
] as const;

/** Inside a container these two say which title it is; beside the keys they might be anything. */
const identityMembers = ['id', 'media_type'] as const;

/** The content of a row; where the same member stands in several places, the one beside the keys counts, else the first container's. */
export function legacyContent(attributes: Readonly<Record<string, unknown>>): LegacyContent {
  const content: LegacyContent = { members: pick(attributes, titleMembers), unreadable: [] };
  for (const name of containers) {
    const inner = openContainer(attributes[name]);
    if (inner === undefined) {
      content.unreadable.push(name);
    } else {
      content.members = { ...pick(inner, [...titleMembers, ...identityMembers]), ...content.members };
    }
  }
  return content;
}

/** `undefined` for what can hold no content; nothing at all is an empty container. */
function openContainer(value: unknown): Record<string, unknown> | undefined {
  if (value === undefined || value === null) {
    return {};
  }
  const opened = typeof value === 'string' ? tryParse(value) : value;
  return isPlainObject(opened) ? opened : undefined;
}

/** Members by TMDB's names; one that is empty does not stand in the way of another place's. */
function pick(from: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const name of names) {
    const value = [name, camelCase(name)].map((spelling) => from[spelling]).find((held) => !isEmpty(held));
    if (value !== undefined) {
      picked[name] = value;
    }
  }
  return picked;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
