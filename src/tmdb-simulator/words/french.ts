import { type WordList, words } from './word-list.ts';

/** French. */
export const french: WordList = {
  nouns:
    words(`Hiver Port Lanterne Silence Rivière Feu Neige Miroir Ombre Jardin Orage Sel Fer Verre Lune Pont Île Forêt
    Lettre Témoin Promesse Voleur Orphelin Loup Corbeau Été Frontière Train Nuit Os Poussière Miel`),
  places: words('Lisbonne Osaka Marseille Vienne Naples Séville Bombay Busan Chicago Dublin Cuba Tanger'),
  names: words('Claire Daniel Ruth Marc Inès Victor Nora Élias Mara Théo'),
  titlePatterns: [
    '{a} et {b} à {place}',
    '{place} : {a} et {b}',
    '{a} et {b}',
    '{a} sans {b}',
    'Entre {a} et {b}',
    'Ni {a} ni {b}',
    '{a} ou {b}',
    '{a} de {place}',
    'Après {a}',
    'Avant {a}',
    '{a}',
  ],
  sentences: [
    'Lorsque {name} revient à {place} après dix ans d’absence, plus rien n’est à sa place.',
    'Une lettre que personne ne devait ouvrir entraîne {name} dans la querelle de deux familles.',
    'À la veille du procès, {name} doit choisir entre la vérité et une amitié de toujours.',
    'Quelque part à {place}, quelqu’un vit sous le nom de {name}.',
    'La police parle d’un accident ; pour {name}, ce n’est que le premier.',
    'Ce qui commence à {place} comme un simple travail d’été devient une course contre la montre.',
    'Tout le monde à {place} connaît l’histoire de « {a} », mais une seule personne en connaît la fin.',
    'Une découverte sous la vieille gare menace des années de silence.',
    'Pour sauver ce qui reste de sa famille, {name} conclut un marché sans retour.',
  ],
};
