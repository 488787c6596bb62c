import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';

type ReaderOver = Partial<Omit<Settings['reader'], 'memory' | 'live' | 'usage'>> & {
  memory?: Partial<Settings['reader']['memory']>;
  live?: Partial<Settings['reader']['live']>;
  usage?: Partial<Settings['reader']['usage']>;
};

/** The default settings with another reader; members given replace their own. */
export function settingsWith({ memory, live, usage, ...over }: ReaderOver, rest: Partial<Settings> = {}): Settings {
  const { reader } = defaultSettings;
  return {
    ...defaultSettings,
    ...rest,
    reader: {
      ...reader,
      ...over,
      memory: { ...reader.memory, ...memory },
      live: { ...reader.live, ...live },
      usage: { ...reader.usage, ...usage },
    },
  };
}
