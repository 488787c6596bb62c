import { describe, expect, it } from 'vitest';
import { requestsWorld } from '../support/requests-world.ts';

describe('the subjects that a process knows to have been asked for', () => {
  it('are the last five thousand: what was asked for before them is left to the lease', async () => {
    const { process, leases } = requestsWorld();
    const requests = process();
    const ask = (id: number) => requests.refreshTitle('movie', id, 'en-US', '2026-11-20T00:00:00.000Z');
    for (let id = 1; id <= 5_001; id += 1) {
      ask(id);
    }
    await requests.settled();
    expect(leases.takes).toHaveLength(5_001);
    ask(5_001);
    ask(2);
    await requests.settled();
    expect(leases.takes).toHaveLength(5_001);
    ask(1);
    await requests.settled();
    expect(leases.takes).toHaveLength(5_002);
  });
});
