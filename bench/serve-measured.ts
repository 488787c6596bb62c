/** Inside of a subject's process. */
import type { FromSubject, ToSubject } from './measured-process.ts';

/** Begins the work; what is returned ends it. */
export type Subject<Config> = (
  config: Config,
  progress: (count: number) => void,
) => Promise<() => Promise<void>> | (() => Promise<void>);

/** Runs `subject` as its parent asks, and ends with it: a parent that is gone leaves nothing behind. */
export function serveMeasured<Config>(subject: Subject<Config>): void {
  let usedBefore = process.cpuUsage();
  let end: () => Promise<void> = async () => undefined;
  const use = () => {
    const { user, system } = process.cpuUsage(usedBefore);
    usedBefore = process.cpuUsage();
    return { peakRssMb: process.resourceUsage().maxRSS / 1_024, cpuMs: (user + system) / 1_000 };
  };
  const obey = async (message: ToSubject): Promise<void> => {
    switch (message.kind) {
      case 'start':
        end = await subject(message.config as Config, (count) => tell({ kind: 'progress', count }));
        return tell({ kind: 'ready' });
      case 'use':
        return tell({ kind: 'use', use: use() });
      case 'stop':
        await end();
        return tell({ kind: 'stopped', use: use() });
    }
  };
  process.on('message', (message: ToSubject) => void obey(message));
  process.on('disconnect', () => process.exit());
  tell({ kind: 'ready' });
}

function tell(message: FromSubject): void {
  process.send?.(message);
}
