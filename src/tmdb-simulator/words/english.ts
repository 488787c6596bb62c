import { type WordList, words } from './word-list.ts';

/** English. */
export const english: WordList = {
  nouns: words(`Winter Harbor Lantern Silence River Fire Snow Mirror Shadow Garden Storm Salt Iron Glass Moon Bridge
    Island Forest Letter Witness Promise Thief Orphan Wolf Crow Summer Border Train Night Bone Dust Honey`),
  places: words('Lisbon Osaka Marseille Vienna Naples Seville Mumbai Busan Chicago Dublin Havana Tangier'),
  names: words('Clara Daniel Ruth Marcus Ines Victor Nora Elias Mara Theo'),
  titlePatterns: [
    '{a} and {b} in {place}',
    '{place}: {a} and {b}',
    '{a} and {b}',
    '{a} Without {b}',
    'Between {a} and {b}',
    'Neither {a} nor {b}',
    '{a} or {b}',
    '{a} of {place}',
    'After {a}',
    'Before {a}',
    '{a}',
  ],
  sentences: [
    'When {name} returns to {place} after ten years away, nothing is where it was left.',
    'A letter that was never meant to be opened draws {name} into a quarrel between two families.',
    'With one night left before the trial, {name} has to choose between the truth and the only friend who stayed.',
    "Somewhere in {place}, a stranger is using {name}'s name.",
    'The police call it an accident; {name} calls it the first of many.',
    'What begins as a summer job in {place} turns into a race against people who do not forgive.',
    'Old promises are broken, new ones are made, and nobody in {place} sleeps well.',
    '{name} trusts no one, least of all the partner who came with the case.',
    'Everybody in {place} knows the story of “{a}”, but only one of them knows how it ends.',
    'A discovery under the old station threatens to undo years of careful silence.',
    'To save what is left of the family, {name} makes a bargain that cannot be taken back.',
    'As winter closes the roads, the few who remain must decide whom to believe.',
  ],
};
