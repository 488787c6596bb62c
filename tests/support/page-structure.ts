/** One tag of a page; `attributes` are decoded. */
export type Tag = { name: string; attributes: ReadonlyMap<string, string> };

/** What a page is made of: its tags in order, and its texts, decoded. */
export type PageStructure = { tags: Tag[]; texts: string[] };

const tag = /^<(\/?)([a-z][a-z0-9]*)((?:\s+[A-Za-z][\w:-]*="[^"<]*")*)\s*(\/?)>/;
const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };

/**
 * Reads a page as strictly as XML is read: every element is closed, in order; every attribute is quoted; every `&` is an entity; there
 * is no comment.
 * @throws naming the place where the page is none.
 */
export function pageStructure(page: string): PageStructure {
  const structure: PageStructure = { tags: [], texts: [] };
  const open: string[] = [];
  let rest = page.replace(/^<!DOCTYPE html>\n/, '');
  if (rest === page) {
    throw new Error('the page has no doctype');
  }
  while (rest !== '') {
    const text = /^[^<]*/.exec(rest)?.[0] ?? '';
    if (text.trim() !== '') {
      structure.texts.push(decoded(text));
    }
    rest = rest.slice(text.length);
    if (rest !== '') {
      rest = rest.slice(readTag(rest, open, structure));
    }
  }
  if (open.length > 0) {
    throw new Error(`left open: ${open.join(' ')}`);
  }
  return structure;
}

/** Reads the tag that `rest` begins with; returns its length. */
function readTag(rest: string, open: string[], { tags }: PageStructure): number {
  const [whole, ending, name = '', attributes = '', empty] = tag.exec(rest) ?? [];
  if (whole === undefined) {
    throw new Error(`no tag: ${rest.slice(0, 120)}`);
  }
  if (ending === '/') {
    if (open.pop() !== name) {
      throw new Error(`closed out of order: ${rest.slice(0, 120)}`);
    }
    return whole.length;
  }
  tags.push({ name, attributes: attributesOf(attributes) });
  if (empty === '') {
    open.push(name);
  }
  return whole.length;
}

function attributesOf(text: string): Map<string, string> {
  const pairs = [...text.matchAll(/([A-Za-z][\w:-]*)="([^"<]*)"/g)].map(
    ([, name = '', value = '']) => [name, decoded(value)] as const,
  );
  if (new Set(pairs.map(([name]) => name)).size < pairs.length) {
    throw new Error(`an attribute twice: ${text}`);
  }
  return new Map(pairs);
}

function decoded(text: string): string {
  return text.replace(/&([^;]{0,6};)?/g, (entity, name: string | undefined) => {
    const character = named[name?.slice(0, -1) ?? ''];
    if (character === undefined) {
      throw new Error(`no entity: ${entity}`);
    }
    return character;
  });
}
