import fc from 'fast-check';
import type { ItemDetails } from '../../src/shared/queues/item-page.ts';
import type { Failure } from '../../src/shared/telemetry/describe-failure.ts';
import { type ApplyDependencies, applyItems, type Delivery } from '../../src/writer/apply-items.ts';
import { arbitraryItemDetails } from './arbitrary-details.ts';

const deliveries = (items: readonly ItemDetails[]): Delivery[] =>
  items.map((item, n) => ({ messageId: `m${n}`, item }));

/** All whole titles in one batch. */
export function applyAll(items: readonly ItemDetails[], deps: ApplyDependencies): Promise<Map<string, Failure>> {
  return applyItems(deliveries(items), deps);
}

export type Delivered = { items: ItemDetails[]; batches: number[][] };

/** Messages, and batches of them for writers that run at the same time; each message is in one of them at least. */
export const arbitraryDelivered: fc.Arbitrary<Delivered> = fc
  .array(arbitraryItemDetails, { minLength: 1, maxLength: 5 })
  .chain((items) =>
    fc.record(
      {
        items: fc.constant(items),
        batches: fc
          .array(fc.subarray([...items.keys()], { minLength: 1 }), { maxLength: 2 })
          .map((batches) => [...batches, [...items.keys()].reverse()]),
      },
      { noNullPrototype: true },
    ),
  );

/** All batches at the same time; what fails comes again until nothing does. */
export async function deliverAll({ items, batches }: Delivered, writer: ApplyDependencies): Promise<void> {
  await Promise.all(
    batches.map(async (batch) => {
      let open = deliveries(items).filter((_delivery, n) => batch.includes(n));
      for (let round = 0; open.length > 0 && round < 100; round += 1) {
        const failures = await applyItems(open, writer).catch(() => undefined);
        open = failures === undefined ? open : open.filter(({ messageId }) => failures.has(messageId));
      }
      if (open.length > 0) {
        throw new Error(`${open.length} messages still fail after 100 deliveries`);
      }
    }),
  );
}
