import { hash32, pickAt, type Random, seededRandom, unitFrom, wholeBetween } from '../seeded-random.ts';
import type { CatalogueTitle } from './catalogue.ts';
import { isWrittenLanguage, type WordList, type WrittenLanguage, wordLists } from './word-lists.ts';

/** The title and overview in one language. */
type TitleText = { title: string; overview: string };

const noOverviewShare = 0.02;
/** Shares of translated titles and overviews: in English, and in other languages for known and for obscure titles. */
const translatedShares = { english: 0.93, known: 0.8, obscure: 0.35 };
const knownFromPopularity = 4;
/** Lengths of overviews in characters; the longest recorded one has 737. */
const minCharacters = 80;
const maxCharacters = 900;

/**
 * Title and overview in a language (ISO 639-1). Each field falls back on its own, as at TMDB: a missing title to the
 * original one, a missing overview to the empty text.
 */
export function titleText(title: CatalogueTitle, language: string): TitleText {
  const hasTitle = isWrittenLanguage(language) && isTranslated(title, language, 'title');
  const hasOverview = isWrittenLanguage(language) && isTranslated(title, language, 'overview');
  return {
    title: hasTitle ? titleIn(title, language) : originalTitle(title),
    overview: hasOverview ? overviewText(title.seed, wordLists[language], originalTitle(title)) : '',
  };
}

/** The title in its original language. */
export function originalTitle(title: CatalogueTitle): string {
  return titleIn(title, title.originalLanguage);
}

/** Whether a field of a title exists in a language; the original title always does, its overview nearly always. */
export function isTranslated(title: CatalogueTitle, language: WrittenLanguage, field: 'title' | 'overview'): boolean {
  if (field === 'overview' && unitFrom(title.seed, 'no overview') < noOverviewShare) {
    return false;
  }
  return (
    language === title.originalLanguage || unitFrom(title.seed, field, language) < translatedShare(title, language)
  );
}

function translatedShare(title: CatalogueTitle, language: WrittenLanguage): number {
  if (language === 'en') {
    return translatedShares.english;
  }
  return title.popularity >= knownFromPopularity ? translatedShares.known : translatedShares.obscure;
}

/** Draws the same random numbers in every language: the word lists are aligned, so the results are translations. */
function titleIn(title: CatalogueTitle, language: WrittenLanguage): string {
  const list: WordList = wordLists[language];
  const draw = (what: string): number => unitFrom(title.seed, 'title', what);
  // The lists start with the patterns of most words; the power prefers them, so that few titles share a name.
  const pattern = pickAt(list.titlePatterns, draw('pattern') ** 2.5);
  const first = Math.floor(draw('a') * list.nouns.length);
  const second = (first + 1 + Math.floor(draw('b') * (list.nouns.length - 1))) % list.nouns.length;
  return pattern
    .replace('{a}', list.nouns[first] ?? '')
    .replace('{b}', list.nouns[second] ?? '')
    .replace('{place}', pickAt(list.places, draw('place')));
}

/** An overview of whole sentences, 80 to 900 characters, drawn from a title's seed in the words of one language. */
function overviewText(seed: number, list: WordList, title: string): string {
  const random = seededRandom(hash32(seed, 'overview'));
  // Squared: most overviews are short.
  const target = minCharacters + random.next() ** 2 * (maxCharacters - minCharacters);
  const slots = {
    name: pickAt(list.names, random.next()),
    place: pickAt(list.places, random.next()),
    title,
  };
  let text = '';
  for (const sentence of shuffled(list.sentences, random)) {
    const longer = join(text, fill(sentence, slots));
    if (text.length >= target || longer.length > maxCharacters) {
      break;
    }
    text = longer;
  }
  return text;
}

function fill(sentence: string, slots: { name: string; place: string; title: string }): string {
  return sentence.replaceAll('{name}', slots.name).replaceAll('{place}', slots.place).replaceAll('{a}', slots.title);
}

function join(text: string, sentence: string): string {
  // Japanese sets no space between sentences.
  const gap = text === '' || text.endsWith('。') ? '' : ' ';
  return `${text}${gap}${sentence}`;
}

function shuffled(sentences: readonly string[], random: Random): string[] {
  const order = [...sentences];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = wholeBetween(random, 0, last);
    const moved = order[last] ?? '';
    order[last] = order[other] ?? '';
    order[other] = moved;
  }
  return order;
}
