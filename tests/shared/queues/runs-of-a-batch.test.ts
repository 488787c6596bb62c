import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runsOf } from '../../../src/shared/queues/queue-batch.ts';
import { sampleJob } from '../../support/sample-messages.ts';

const record = (body: string) => ({ messageId: 'm', body });
const runId = fc.stringMatching(/^[0-9a-f]{8}$/);

describe('the runs of a batch', () => {
  it('are each named once, whatever else is in it', () => {
    fc.assert(
      fc.property(fc.array(runId, { minLength: 1, maxLength: 20 }), fc.array(fc.string()), (runs, others) => {
        const bodies = [...runs, ...runs].map((run) => JSON.stringify(sampleJob({ runId: run })));
        const unclear = others.filter((text) => !text.includes('runId'));
        expect(runsOf([...unclear, ...bodies].map(record))?.split(' ')).toEqual([...new Set(runs)]);
      }),
    );
  });

  it('are not those that a text quotes', () => {
    const quoting = { why: 'because of "runId":"deadbeef"', runId: '0badcafe' };
    expect(runsOf([record(JSON.stringify(quoting))])).toBe('0badcafe');
    expect(runsOf([record(JSON.stringify('"runId":"deadbeef"'))])).toBeUndefined();
  });

  it('are at most fifty', () => {
    const bodies = Array.from({ length: 80 }, (_, n) => `{"runId": "${n.toString(16).padStart(8, '0')}"}`);
    expect(runsOf(bodies.map(record))?.split(' ')).toHaveLength(50);
  });

  it('are none without messages of the pipeline', () => {
    expect(runsOf(['', '{', '{"runId":7}', '{"runId":"long-and-wrong"}'].map(record))).toBeUndefined();
    expect(runsOf([])).toBeUndefined();
  });
});
