import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/shared/core/system-clock.ts';
import { type DeployedFunctions, functionNames, startDeployedFunctions } from '../../support/deployed-functions.ts';
import { functionUrlEvent } from '../../support/function-url-event.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { until } from '../../support/until.ts';
let deployed: DeployedFunctions;
const [outdir, workdir] = [scratchFolder(), scratchFolder()];
beforeAll(async () => {
  deployed = await startDeployedFunctions(outdir, workdir, 'tok');
  const { template, functions } = deployed;
  const { Target } = template.one('AWS::Scheduler::Schedule', 'Triggersdaily').Properties;
  const occurrence = new Date(systemClock.nowMs() - 1_000).toISOString();
  await functions.Planner.invoke(JSON.parse(Target.Input.replace('<aws.scheduler.scheduled-time>', occurrence)));
  await until('seven pages are applied', () => functions.Writer.lines.filter((line) => line.includes('"event":"page-applied"')).length === 7);
});
afterAll(() => deployed?.stop(), 30_000);
describe('x', () => {
  it('y', async () => {
    for (let i = 0; i < 20; i++) {
      const t = performance.now();
      const a = (await deployed.functions.Reader.invoke(functionUrlEvent(`/v1/lists/popular/movie?limit=20`))) as any;
      if (i<3) console.log(performance.now()-t, a.headers, a.body.length, a.isBase64Encoded);
    }
    for (const name of functionNames) {
      const lines = deployed.functions[name].lines;
      console.log(name, lines.length, lines.reduce((s, l) => s + Buffer.byteLength(l) + 1, 0));
      for (const l of lines.slice(0, 6)) console.log(l.slice(0, 900));
    }
    expect(1).toBe(1);
  });
});
