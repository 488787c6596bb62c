import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completeFaultPlan, faultKinds, oddityNames, parseFaultSpec } from '../../src/tmdb-simulator/fault-plan.ts';
import { createFaultChooser } from '../../src/tmdb-simulator/http/inject-fault.ts';

describe('a fault plan', () => {
  test('fills in its defaults', () => {
    expect(completeFaultPlan({ rules: [{ kind: 'throttle' }], oddRows: true })).toEqual({
      rules: [{ kind: 'throttle', probability: 1 }],
      personsInTrending: false,
      duplicatesAtPageBorders: false,
      volatileJitter: false,
      oddRows: true,
    });
  });

  test.each([
    [{ rules: [{ kind: 'nap' }] }, 'rules.0.kind'],
    [{ rules: [{ kind: 'throttle', probability: 2 }] }, 'rules.0.probability'],
    [{ rules: [{ kind: 'throttle', often: 2 }] }, 'rules.0'],
    [{ rules: 'throttle' }, 'rules'],
    [7, 'the plan'],
  ])('%j is refused by name', (plan, where) => {
    expect(() => completeFaultPlan(plan)).toThrow(where);
  });
});

describe('a fault spec', () => {
  test('reads faults with and without a probability, and oddities', () => {
    expect(
      parseFaultSpec('throttle=0.1, serverError=0.05,blackHole,personsInTrending,duplicatesAtPageBorders'),
    ).toEqual({
      rules: [
        { kind: 'throttle', probability: 0.1 },
        { kind: 'serverError', probability: 0.05 },
        { kind: 'blackHole', probability: 1 },
      ],
      personsInTrending: true,
      duplicatesAtPageBorders: true,
    });
  });

  test('reads back every plan that can be written as one', () => {
    const parts = fc.tuple(
      fc.array(
        fc.record({ kind: fc.constantFrom(...faultKinds), probability: fc.double({ min: 0, max: 1, noNaN: true }) }),
        { minLength: 1 },
      ),
      fc.subarray([...oddityNames]),
    );
    fc.assert(
      fc.property(parts, ([rules, oddities]) => {
        const text = [...rules.map(({ kind, probability }) => `${kind}=${probability}`), ...oddities].join(',');
        const plan = completeFaultPlan(parseFaultSpec(text));
        // A probability of -0 is written as 0.
        expect(plan.rules).toEqual(rules.map(({ kind, probability }) => ({ kind, probability: probability + 0 })));
        expect(oddityNames.filter((name) => plan[name])).toEqual(oddities);
      }),
    );
  });

  test.each([
    ['throttle=0.1,nap=0.2', '"nap=0.2"'],
    ['throttle=often', '"throttle=often"'],
    ['throttle=1.5', '"throttle=1.5"'],
    ['throttle=', '"throttle="'],
    ['personsInTrending=0.5', '"personsInTrending=0.5"'],
    ['throttle,,oddRows', '""'],
    ['', '""'],
  ])('%j is refused in one sentence that names the part and what is allowed', (text, part) => {
    expect(() => parseFaultSpec(text)).toThrow(part);
    expect(() => parseFaultSpec(text)).toThrow(/allowed (is|are) .+\.$/);
  });
});

describe('the choice of faults', () => {
  const chosen = (plan: unknown, seed: number, targets: readonly string[]): (string | undefined)[] => {
    const chooser = createFaultChooser(completeFaultPlan(plan), seed);
    return targets.map((target) => chooser.choose(target)?.kind);
  };
  const many = Array.from({ length: 2000 }, () => '/3/movie/popular');

  test('replays from its seed, and another seed chooses otherwise', () => {
    const plan = { rules: [{ kind: 'throttle', probability: 0.3 }] };
    expect(chosen(plan, 1, many)).toEqual(chosen(plan, 1, many));
    expect(chosen(plan, 1, many)).not.toEqual(chosen(plan, 2, many));
  });

  test('fires about as often as the probability says', () => {
    const hits = chosen({ rules: [{ kind: 'throttle', probability: 0.3 }] }, 1, many).filter(
      (kind) => kind !== undefined,
    );
    expect(hits.length / many.length).toBeGreaterThan(0.26);
    expect(hits.length / many.length).toBeLessThan(0.34);
  });

  test('obeys times, path and the order of the rules', () => {
    const plan = {
      rules: [
        { kind: 'notFound', path: '/tv/', times: 1 },
        { kind: 'throttle', times: 2 },
        { kind: 'serverError', probability: 0 },
      ],
    };
    expect(chosen(plan, 1, ['/3/movie/1', '/3/tv/1', '/3/tv/1', '/3/tv/1'])).toEqual([
      'throttle',
      'notFound',
      'throttle',
      undefined,
    ]);
  });
});
