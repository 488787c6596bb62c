import type { Random } from '../../shared/core/clock.ts';
import { hash32, pickAt, seededRandom, wholeBetween } from '../seeded-random.ts';
import type { WordList } from '../words/word-list.ts';

/** Lengths of overviews in characters; the longest recorded one has 737. */
const minCharacters = 80;
const maxCharacters = 900;

/** An overview of whole sentences, 80 to 900 characters, drawn from a title's seed in the words of one language. */
export function overviewText(seed: number, list: WordList, title: string): string {
  const random = seededRandom(hash32(seed, 'overview'));
  // Squared: most overviews are short, some fill the card.
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
