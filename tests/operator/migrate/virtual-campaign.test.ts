import { describe, expect, it } from 'vitest';
import type { MigrationReport } from '../../../src/operator/migrate/migrate-table.ts';
import { drawBelow } from '../../support/legacy-rows.ts';
import { type Life, migrationWorld, quietLife } from '../../support/migration-world.ts';
import { seededRandom } from '../../support/seeded-random.ts';

type World = ReturnType<typeof migrationWorld>;

/** Lets runs follow one another until one finds nothing to do, and changes nothing; then looks at what is there. */
async function expectConverged(world: World): Promise<void> {
  let last: MigrationReport | undefined;
  for (let run = 0; run < 4 && last?.nothingToDo !== true; run += 1) {
    const before = world.changes;
    last = await world.live(quietLife);
    expect(last?.nothingToDo && world.changes > before).not.toBe(true);
  }
  expect(last?.nothingToDo).toBe(true);
  world.expectDone();
  const listed = last?.notUnderstood.map(({ mediaId, mediaType, reason }) => `${mediaId} ${mediaType}: ${reason}`);
  expect(listed).toHaveLength(world.broken.length);
  for (const { item, problem } of world.broken) {
    const own = listed?.find((line) => line.startsWith(`${item.mediaId} ${item.mediaType}: `));
    expect(own).toContain(problem);
  }
}

describe('migration of a table that nobody else writes', () => {
  it('is done after one run, and the second finds nothing to do', async () => {
    const world = migrationWorld(seededRandom(1), 180);
    const report = await world.live(quietLife);
    world.expectDone();
    expect(report).toMatchObject({ index: 'added', ttl: 'added', nothingToDo: false });
    expect(report?.rows.moved).toBeGreaterThan(5);
    expect(await world.live(quietLife)).toMatchObject({ index: 'present', ttl: 'present' });
    await expectConverged(world);
  });

  it('survives a kill at each of its calls, before it and after it', async () => {
    const whole = migrationWorld(seededRandom(2), 24);
    await whole.live(quietLife);
    expect(whole.calls).toBeGreaterThan(24);
    for (let call = 1; call <= whole.calls; call += 1) {
      for (const diesAfterStep of [false, true]) {
        const world = migrationWorld(seededRandom(2), 24);
        expect(await world.live({ diesAtCall: call, diesAfterStep, interference: 0 })).toBeUndefined();
        await expectConverged(world);
      }
    }
  });
});

describe('migration while others write', () => {
  it.each(Array.from({ length: 20 }, (_, batch) => batch))(
    'loses nothing and makes nothing older, whoever is killed when (batch %i of ten seeds)',
    async (batch) => {
      for (let seed = 10 * batch; seed < 10 * batch + 10; seed += 1) {
        const random = seededRandom(seed);
        const world = migrationWorld(random, 60);
        const lives: Life[] = Array.from({ length: drawBelow(random, 5) }, () => ({
          diesAtCall: 1 + drawBelow(random, 80),
          diesAfterStep: random.next() < 0.5,
          interference: 0.1,
        }));
        for (const life of [...lives, { ...quietLife, interference: 0.1 }]) {
          await world.live(life);
        }
        await expectConverged(world);
      }
    },
  );
});
