import { languageChain, mergeLanguages } from './language-fallback.ts';
import { jointLife, provenanceOf } from './provenance.ts';
import type { TitleAnswer, TitleRef } from './reader-api.ts';
import type { ReaderDependencies } from './reader-dependencies.ts';
import type { TitleReader } from './title-reader.ts';

/**
 * A title as an application gets it, each field in the nearest language that has it. Its age is that of the languages that it is
 * made of.
 */
export async function answerTitle(
  ref: TitleRef,
  language: string,
  region: string | undefined,
  titles: TitleReader,
  { clock, settings }: ReaderDependencies,
): Promise<TitleAnswer> {
  const read = await titles.read(ref, languageChain(language, region, settings));
  const [first, ...others] = read.found;
  if (first === undefined) {
    const provenance = provenanceOf('nowhere', undefined, clock.nowMs(), read.problem);
    return { ...ref, ...provenance, title: null, absent: read.absent };
  }
  const { card, fellBack } = mergeLanguages(language, [first, ...others]);
  const used = read.found.filter((version) => version === first || Object.values(fellBack).includes(version.language));
  return {
    ...ref,
    ...provenanceOf(read.from, jointLife(used), clock.nowMs(), read.problem),
    title: { ...ref, language, ...card, fellBack },
    absent: false,
  };
}
