import { describe } from 'vitest';
import { catalogContract, catalogListContract } from '../../support/catalog-contract.ts';
import { feedHeadsContract } from '../../support/feed-heads-contract.ts';
import { memoryCatalog } from '../../support/memory-catalog.ts';
import { memoryFeedHeads } from '../../support/memory-feed-heads.ts';
import { messageSenderContract } from '../../support/message-sender-contract.ts';
import { recordingQueue } from '../../support/recording-queue.ts';

/** The fakes of the other tests keep to what the real adapters keep to. */
describe('in memory', () => {
  const openCatalog = async () => {
    const catalog = memoryCatalog();
    return { store: catalog, reader: catalog };
  };
  catalogContract(openCatalog);
  catalogListContract(openCatalog);
  feedHeadsContract(async () => memoryFeedHeads());
  messageSenderContract(async () => {
    const sender = recordingQueue();
    const broken = recordingQueue();
    broken.failWith(new Error('the queue does not exist'));
    return { sender, held: () => [...sender.bodies], broken };
  });
});
