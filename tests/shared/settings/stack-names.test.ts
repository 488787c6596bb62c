import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adHocEventSchema } from '../../../src/shared/queues/plan-request.ts';
import { settingsFrom } from '../../../src/shared/settings/settings-overrides.ts';
import { defaultStackName, stackNames } from '../../../src/shared/settings/stack-names.ts';

const stackName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,53}$/);
const namesIn = (deployment: object) => {
  const { tokenParameter, catalogTable } = settingsFrom(JSON.stringify({ deployment })).deployment;
  return { tokenParameter, catalogTable: catalogTable.name };
};

describe('the names of a stack', () => {
  it('are valid for every name that a stack may have, and planners take events of their source', () => {
    fc.assert(
      fc.property(stackName, (name) => {
        const { eventSource, ...others } = stackNames(name);
        expect(namesIn({ stackName: name })).toEqual(others);
        expect(adHocEventSchema.shape.source.safeParse(eventSource).success).toBe(true);
      }),
    );
  });

  it('differ from those of every other stack', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(fc.constant(defaultStackName), stackName), { minLength: 2 }), (names) => {
        for (const kind of ['eventSource', 'tokenParameter', 'catalogTable'] as const) {
          expect(new Set(names.map((name) => stackNames(name)[kind])).size, kind).toBe(names.length);
        }
      }),
    );
  });

  it('begin with nothing that AWS reserves, also where the stack’s name does', () => {
    for (const name of ['aws-lists', 'AWS', 'ssm', 'Amazon']) {
      const { eventSource, tokenParameter } = stackNames(name);
      expect([eventSource, tokenParameter.slice(1)].filter((one) => /^(aws|ssm|amazon)/i.test(one))).toEqual([]);
    }
  });

  it('yield to those that the settings give', () => {
    const given = { stackName: 'Staging', tokenParameter: '/mine', catalogTable: { name: 'Mine' } };
    expect(namesIn(given)).toEqual({ tokenParameter: '/mine', catalogTable: 'Mine' });
    expect(namesIn({ stackName: 'Staging', catalogTable: { existing: true } }).catalogTable).toBe(
      'Staging-MovieRecCache',
    );
    expect(namesIn({})).toEqual({ tokenParameter: '/tmdb-pipeline/tmdb-token', catalogTable: 'MovieRecCache' });
  });

  it.each(['', '1st', 'a b', 'S'.repeat(55), 'x/y', '-'])(
    'are not asked of the name %j, which is refused first',
    (name) => {
      expect(() => settingsFrom(JSON.stringify({ deployment: { stackName: name } }))).toThrow(
        /^settings: deployment\.stackName: a stack name has up to 54 letters/,
      );
    },
  );
});
