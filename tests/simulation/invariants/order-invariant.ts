/**
 * The tables are what the invariant asks for after the set of messages that were applied, whatever their order. Messages that ended in a
 * dead-letter queue may have been applied in part: their rows may stand, but need not.
 */
import { type Item, itemSchema } from '../../../src/shared/queues/item-page.ts';
import type { CatalogRow } from '../../../src/shared/tables/catalog.ts';
import { feedHeadId } from '../../../src/shared/tables/feed-head.ts';
import { rowKeyText } from '../../../src/shared/tables/row.ts';
import { applyItems } from '../../../src/writer/apply-items.ts';
import { memoryCatalog } from '../../support/memory-catalog.ts';
import { memoryFeedHeads } from '../../support/memory-feed-heads.ts';
import { partProblems } from '../../support/parts-reference.ts';
import { type ReferenceTable, referenceTable } from '../../support/reference-table.ts';
import { factsOf, pageFacts, titleFacts } from '../../support/row-facts.ts';
import { unpaced } from '../../support/unpaced.ts';
import type { SimWorld } from '../world/sim-world.ts';
import type { Evidence } from './end-invariant.ts';
import { rowText } from './row-text.ts';

/** Checks the final table against the reference, and against what the same messages make of an empty table from last to first. */
export async function checkOrderFreedom(world: SimWorld, { table, deliveries }: Evidence): Promise<void> {
  const sent = world.queues.items.queue.sent.flatMap(({ body }) => itemOf(body));
  const applied = [...deliveries.done].flatMap(itemOf);
  const notApplied = withoutThose(sent, applied);
  const unsure = new Set([...keysOf(notApplied), ...table.removed]);
  checkReference(world, applied, unsure);
  checkParts(world, applied, unsure);
  await checkOtherOrder(world, applied, unsure, new Set(notApplied.flatMap(headIdOf)));
}

function checkReference({ tables, violations }: SimWorld, applied: readonly Item[], unsure: ReadonlySet<string>): void {
  const reference = referenceTable(applied);
  const must = new Set([...reference.pages.keys(), ...reference.titles.keys()]);
  const rows = new Map(tables.catalog.rows().map((row) => [rowKeyText(row), row]));
  for (const key of [...must].filter((wanted) => !rows.has(wanted) && !unsure.has(wanted))) {
    violations.add('order-freedom', `the table lacks ${key.replace('\n', ' ')}`);
  }
  for (const [key, row] of rows) {
    if (!unsure.has(key) && !allowedFacts(reference, key).includes(factsText(factsOf(row)))) {
      violations.add('order-freedom', describe(key, row, reference));
    }
  }
}

/** Each part is the newest that came. */
function checkParts({ tables, violations }: SimWorld, applied: readonly Item[], unsure: ReadonlySet<string>): void {
  const rows = tables.catalog.joinedRows().filter((row) => !unsure.has(rowKeyText(row)));
  const whole = applied.filter((item) => item.kind === 'item-details');
  const sure = whole.filter(({ id, mediaType }) => !unsure.has(`${id}\n${mediaType}+details`));
  for (const problem of partProblems(rows, sure)) {
    violations.add('order-freedom', problem);
  }
}

async function checkOtherOrder(
  { tables, settings, violations }: SimWorld,
  applied: readonly Item[],
  unsureRows: ReadonlySet<string>,
  unsureHeads: ReadonlySet<string>,
): Promise<void> {
  const [store, heads] = [memoryCatalog(), memoryFeedHeads()];
  const telemetry = { event: () => undefined, metric: () => undefined, warn: () => undefined };
  const backwards = [...applied].reverse().map((item, index) => ({ messageId: String(index), item }));
  await applyItems(backwards, { store, heads, telemetry, settings, pace: unpaced });
  const otherRows = new Map([...store.rows(), ...store.joinedRows()].map((row) => [rowKeyText(row), rowText(row)]));
  for (const row of [...tables.catalog.rows(), ...tables.catalog.joinedRows()]) {
    const other = otherRows.get(rowKeyText(row));
    if (!unsureRows.has(rowKeyText(row)) && other !== rowText(row)) {
      violations.add('order-freedom', `in another order ${rowText(row)} is ${other}`);
    }
  }
  const otherHeads = new Map(heads.all().map((head) => [head.id, JSON.stringify(head)]));
  for (const head of tables.heads.all().filter(({ id }) => !unsureHeads.has(id))) {
    if (otherHeads.get(head.id) !== JSON.stringify(head)) {
      violations.add('order-freedom', `in another order ${JSON.stringify(head)} is ${otherHeads.get(head.id)}`);
    }
  }
}

function headIdOf(item: Item): string[] {
  return item.kind === 'item-page' ? [feedHeadId(item.feed)] : [];
}

function describe(key: string, row: CatalogRow, reference: ReferenceTable): string {
  return `${key.replace('\n', ' ')} is ${factsText(factsOf(row))}, not ${allowedFacts(reference, key).join(' or ')}`;
}

function allowedFacts({ pages, titles }: ReferenceTable, key: string): string[] {
  const listed = (pages.get(key) ?? []).map(pageFacts);
  const titled = (titles.get(key) ?? []).map(({ fetchedAt, title }) => titleFacts({ fetchedAt }, title));
  return [...listed, ...titled].map((facts) => factsText(facts));
}

/** Facts as one text, whatever their order. */
function factsText(facts: object): string {
  return JSON.stringify(Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function keysOf(items: readonly Item[]): string[] {
  const { pages, titles } = referenceTable(items);
  return [...pages.keys(), ...titles.keys(), ...items.flatMap(joinedKeysOf)];
}

/** Keys of the joined rows that a message is about. */
function joinedKeysOf(item: Item): string[] {
  if (item.kind === 'item-reference') {
    return [`reference\n${item.reference.what === 'configuration' ? 'configuration' : 'services'}`];
  }
  if (item.kind !== 'item-details') {
    return [];
  }
  const { imdb, tvdb } = item.parts.externalIds?.externalIds ?? {};
  const ids = [imdb && `imdb:${imdb}`, tvdb && `tvdb:${tvdb}`].filter((id) => typeof id === 'string');
  return [`${item.id}\n${item.mediaType}+details`, ...ids.map((id) => `${id}\nid`)];
}

/** By all that a message says, but how often it was replayed: a page that was fetched twice in one millisecond may have come in two forms. */
function withoutThose(items: readonly Item[], known: readonly Item[]): Item[] {
  const contentOf = (item: Item) => JSON.stringify({ ...item, replays: undefined });
  const contents = new Set(known.map(contentOf));
  return items.filter((item) => !contents.has(contentOf(item)));
}

/** Readable items only. */
function itemOf(body: string): Item[] {
  try {
    return [itemSchema.parse(JSON.parse(body))];
  } catch {
    return [];
  }
}
