import { catalogTable, type KeyAttribute } from '../../shared/tables/table-definitions.ts';
import type { TableFacts, TtlFacts } from './migration-table.ts';

const [index] = catalogTable.indexes;

/** Why a table cannot become one of this schema, as the end of a sentence; `undefined` when it can. */
export function shapeProblem({ keys, attributeTypes, index: present }: TableFacts): string | undefined {
  if (!sameKeys(keys, catalogTable.keys)) {
    return `its keys are ${keysText(keys)}, and allowed are ${keysText(catalogTable.keys)}`;
  }
  const needed = [...catalogTable.keys, ...(index?.keys ?? [])].map(({ attribute }) => attribute);
  const other = needed.find((attribute) => (attributeTypes[attribute] ?? 'S') !== 'S');
  if (other !== undefined) {
    return `its key attribute ${other} is no string`;
  }
  if (present === undefined || index === undefined) {
    return undefined;
  }
  if (!sameKeys(present.keys, index.keys)) {
    return `its index ${index.name} is over ${keysText(present.keys)}, and not over ${keysText(index.keys)}`;
  }
  return present.projection === index.projection
    ? undefined
    : `its index ${index.name} holds ${present.projection}, and not ${index.projection} attributes`;
}

/** Why TTL cannot be turned on, as the end of a sentence; `undefined` when it can be or is. */
export function ttlProblem({ state, attribute }: TtlFacts): string | undefined {
  if (state === 'turning-off') {
    return 'its TTL is being turned off, which takes DynamoDB up to an hour: try again after that';
  }
  return state === 'on' && attribute !== catalogTable.ttlAttribute
    ? `its TTL is on for ${attribute}, and not for ${catalogTable.ttlAttribute}: turn that off first`
    : undefined;
}

function sameKeys(some: readonly KeyAttribute[], others: readonly KeyAttribute[]): boolean {
  return keysText(some) === keysText(others);
}

function keysText(keys: readonly KeyAttribute[]): string {
  const inOrder = [...keys].sort((a, b) => (a.type < b.type ? -1 : 1));
  return inOrder.map(({ attribute, type }) => `${attribute} (${type})`).join(' and ');
}
