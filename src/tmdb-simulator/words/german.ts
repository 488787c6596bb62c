import { type WordList, words } from './word-list.ts';

/** German. */
export const german: WordList = {
  nouns: words(`Winter Hafen Laterne Stille Fluss Feuer Schnee Spiegel Schatten Garten Sturm Salz Eisen Glas Mond Brücke
    Insel Wald Brief Zeuge Versprechen Dieb Waise Wolf Krähe Sommer Grenze Zug Nacht Knochen Staub Honig`),
  places: words('Lissabon Osaka Marseille Wien Neapel Sevilla Mumbai Busan Chicago Dublin Havanna Tanger'),
  names: words('Klara Daniel Ruth Markus Ines Viktor Nora Elias Mara Theo'),
  titlePatterns: [
    '{a} und {b} in {place}',
    '{place}: {a} und {b}',
    '{a} und {b}',
    '{a} ohne {b}',
    'Zwischen {a} und {b}',
    'Weder {a} noch {b}',
    '{a} oder {b}',
    '{a} von {place}',
    'Nach {a}',
    'Vor {a}',
    '{a}',
  ],
  sentences: [
    'Als {name} nach zehn Jahren nach {place} zurückkehrt, ist nichts mehr dort, wo es einmal war.',
    'Ein Brief, den niemand öffnen sollte, zieht {name} in den Streit zweier Familien hinein.',
    'Eine Nacht vor dem Prozess muss {name} sich zwischen der Wahrheit und einer alten Freundschaft entscheiden.',
    'Irgendwo in {place} lebt jemand unter falschem Namen: dem von {name}.',
    'Die Polizei spricht von einem Unfall, {name} vom ersten von vielen.',
    'Was in {place} als Ferienarbeit beginnt, wird zur Flucht vor Menschen, die nicht verzeihen.',
    'Alte Versprechen werden gebrochen, neue gegeben, und in {place} schläft niemand mehr gut.',
    'In {place} kennt jeder die Geschichte von „{a}“, doch nur einer weiß, wie sie ausgeht.',
    'Ein Fund unter dem alten Bahnhof bringt Jahre sorgsamen Schweigens in Gefahr.',
    'Um zu retten, was von der Familie übrig ist, lässt {name} sich auf einen Handel ein.',
  ],
};
