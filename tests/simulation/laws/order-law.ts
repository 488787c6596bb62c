/**
 * The tables are what the law asks for after the set of messages that were applied, whatever their order. Messages that ended in a
 * dead-letter queue may have been applied in part: their rows may stand, but need not.
 */
import { type Item, itemSchema } from '../../../src/shared/messages/item-title.ts';
import type { CatalogRow } from '../../../src/shared/ports/catalog.ts';
import { rowKeyText } from '../../../src/shared/table/row.ts';
import { type ReferenceTable, referenceTable } from '../../support/reference-table.ts';
import { factsOf, placementFacts, titleFacts } from '../../support/row-facts.ts';
import type { SimWorld } from '../world/sim-world.ts';
import type { Evidence } from './end-law.ts';

export function checkOrderFreedom(world: SimWorld, { table, deliveries }: Evidence): void {
  const { tables, queues, violations } = world;
  const sent = queues.items.queue.sent.flatMap(({ body }) => itemOf(body));
  const applied = [...deliveries.done].flatMap(itemOf);
  const unsure = new Set([...keysOf(sent.filter((item) => !isAmong(item, applied))), ...table.removed]);
  const reference = referenceTable(applied);
  const must = new Set([...reference.placements.keys(), ...reference.titles.keys()]);
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

function describe(key: string, row: CatalogRow, reference: ReferenceTable): string {
  return `${key.replace('\n', ' ')} is ${factsText(factsOf(row))}, not ${allowedFacts(reference, key).join(' or ')}`;
}

function allowedFacts({ placements, titles }: ReferenceTable, key: string): string[] {
  const placed = (placements.get(key) ?? []).map(({ page, listed }) => placementFacts(page, listed));
  const titled = (titles.get(key) ?? []).map(({ fetchedAt, title }) => titleFacts({ fetchedAt }, title));
  return [...placed, ...titled].map((facts) => factsText(facts));
}

/** Facts as one text, whatever their order. */
function factsText(facts: object): string {
  return JSON.stringify(Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function keysOf(items: readonly Item[]): string[] {
  const { placements, titles } = referenceTable(items);
  return [...placements.keys(), ...titles.keys()];
}

function isAmong(item: Item, items: readonly Item[]): boolean {
  return items.some(({ jobId, fetchedAt }) => jobId === item.jobId && fetchedAt === item.fetchedAt);
}

/** Readable items only. */
function itemOf(body: string): Item[] {
  try {
    return [itemSchema.parse(JSON.parse(body))];
  } catch {
    return [];
  }
}
