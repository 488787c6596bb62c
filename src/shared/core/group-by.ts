/** The items by their key, in the order in which keys and items first come. `Map.groupBy` is not there before Node 21. */
export function groupBy<Key, Item>(items: Iterable<Item>, keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    group === undefined ? groups.set(key, [item]) : group.push(item);
  }
  return groups;
}
