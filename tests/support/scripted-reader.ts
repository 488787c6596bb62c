import type { Reader, ReaderHealth } from '../../src/reader/reader-api.ts';
import { sampleFindAnswer, sampleListAnswer, sampleRecommendAnswer, sampleTitleAnswer } from './sample-answers.ts';

/** What a reader was asked: the name of the call, then its arguments. */
export type ReaderCall = readonly [name: keyof Reader, ...asked: unknown[]];

/** A reader that gives what it is told to, and remembers what it was asked. */
export type ScriptedReader = Reader & { readonly calls: readonly ReaderCall[] };

const wellHealth: ReaderHealth = { table: 'ok', breaker: 'closed', memory: { entries: 3, bytes: 4_096 } };

/** By default every call finds something. */
export function scriptedReader(answers: Partial<Reader> = {}): ScriptedReader {
  const calls: ReaderCall[] = [];
  const reader: Reader = {
    list: async () => sampleListAnswer(),
    title: async () => sampleTitleAnswer(),
    find: async () => sampleFindAnswer(),
    titles: async () => [sampleTitleAnswer()],
    recommend: async () => sampleRecommendAnswer(),
    health: async () => wellHealth,
    settled: async () => undefined,
    close: async () => undefined,
    ...answers,
  };
  const noted = Object.entries(reader).map(([name, act]) => [
    name,
    (...asked: unknown[]) => {
      calls.push([name as keyof Reader, ...asked]);
      return (act as (...given: unknown[]) => unknown)(...asked);
    },
  ]);
  return { ...(Object.fromEntries(noted) as Reader), calls };
}
