import type { MediaType } from './catalogue.ts';

/** One row of a genre list, as TMDB writes it. */
type NamedGenre = { id: number; name: string };

/** A genre and its relative frequency. */
type GenreWeight = { id: number; weight: number };

/**
 * TMDB's official genres in the order of its own lists (examples of TMDB's OpenAPI document); movie and tv ids
 * differ. The weights are rough shares of TMDB's catalogue, large enough that every genre fills a page.
 */
export const genreWeights: Readonly<Record<MediaType, readonly GenreWeight[]>> = {
  movie: [
    { id: 28, weight: 10 },
    { id: 12, weight: 6 },
    { id: 16, weight: 6 },
    { id: 35, weight: 15 },
    { id: 80, weight: 7 },
    { id: 99, weight: 6 },
    { id: 18, weight: 20 },
    { id: 10751, weight: 6 },
    { id: 14, weight: 5 },
    { id: 36, weight: 3 },
    { id: 27, weight: 8 },
    { id: 10402, weight: 3 },
    { id: 9648, weight: 4 },
    { id: 10749, weight: 8 },
    { id: 878, weight: 5 },
    { id: 10770, weight: 3 },
    { id: 53, weight: 9 },
    { id: 10752, weight: 2 },
    { id: 37, weight: 2 },
  ],
  tv: [
    { id: 10759, weight: 8 },
    { id: 16, weight: 10 },
    { id: 35, weight: 13 },
    { id: 80, weight: 8 },
    { id: 99, weight: 7 },
    { id: 18, weight: 22 },
    { id: 10751, weight: 5 },
    { id: 10762, weight: 4 },
    { id: 9648, weight: 5 },
    { id: 10763, weight: 2 },
    { id: 10764, weight: 6 },
    { id: 10765, weight: 8 },
    { id: 10766, weight: 4 },
    { id: 10767, weight: 3 },
    { id: 10768, weight: 3 },
    { id: 37, weight: 2 },
  ],
};

/** Names in the order of `genreWeights`; English and German as in TMDB's OpenAPI document, the others as far as known. */
const nameTable: Readonly<Record<string, Readonly<Record<MediaType, readonly string[]>>>> = {
  en: {
    movie:
      split(`Action, Adventure, Animation, Comedy, Crime, Documentary, Drama, Family, Fantasy, History, Horror, Music,
      Mystery, Romance, Science Fiction, TV Movie, Thriller, War, Western`),
    tv: split(`Action & Adventure, Animation, Comedy, Crime, Documentary, Drama, Family, Kids, Mystery, News, Reality,
      Sci-Fi & Fantasy, Soap, Talk, War & Politics, Western`),
  },
  de: {
    movie:
      split(`Action, Abenteuer, Animation, Komödie, Krimi, Dokumentarfilm, Drama, Familie, Fantasy, Historie, Horror,
      Musik, Mystery, Liebesfilm, Science Fiction, TV-Film, Thriller, Kriegsfilm, Western`),
    tv: split(`Action & Adventure, Animation, Komödie, Krimi, Dokumentarfilm, Drama, Familie, Kids, Mystery, News, Reality,
      Sci-Fi & Fantasy, Soap, Talk, War & Politics, Western`),
  },
  fr: {
    movie:
      split(`Action, Aventure, Animation, Comédie, Crime, Documentaire, Drame, Familial, Fantastique, Histoire, Horreur,
      Musique, Mystère, Romance, Science-Fiction, Téléfilm, Thriller, Guerre, Western`),
    tv: split(`Action & Adventure, Animation, Comédie, Crime, Documentaire, Drame, Familial, Kids, Mystère, News, Reality,
      Science-Fiction & Fantastique, Soap, Talk, War & Politics, Western`),
  },
  es: {
    movie:
      split(`Acción, Aventura, Animación, Comedia, Crimen, Documental, Drama, Familia, Fantasía, Historia, Terror, Música,
      Misterio, Romance, Ciencia ficción, Película de TV, Suspense, Bélica, Western`),
    tv: split(`Action & Adventure, Animación, Comedia, Crimen, Documental, Drama, Familia, Kids, Misterio, News, Reality,
      Sci-Fi & Fantasy, Soap, Talk, War & Politics, Western`),
  },
  ja: {
    movie:
      split(`アクション, アドベンチャー, アニメーション, コメディ, 犯罪, ドキュメンタリー, ドラマ, ファミリー, ファンタジー,
      履歴, ホラー, 音楽, 謎, ロマンス, サイエンスフィクション, テレビ映画, スリラー, 戦争, 西洋`),
    tv: split(`Action & Adventure, アニメーション, コメディ, 犯罪, ドキュメンタリー, ドラマ, ファミリー, Kids, 謎, News, Reality,
      Sci-Fi & Fantasy, Soap, Talk, War & Politics, 西洋`),
  },
  hi: {
    movie: split(`एक्शन, रोमांच, एनिमेशन, हास्य, अपराध, वृत्तचित्र, नाटक, पारिवारिक, कल्पना, इतिहास, डरावनी, संगीत, रहस्य, रोमांस,
      विज्ञान कथा, टीवी फ़िल्म, थ्रिलर, युद्ध, पश्चिमी`),
    tv: split(`एक्शन और रोमांच, एनिमेशन, हास्य, अपराध, वृत्तचित्र, नाटक, पारिवारिक, बच्चे, रहस्य, समाचार, रियलिटी,
      विज्ञान कथा और कल्पना, धारावाहिक, टॉक, युद्ध और राजनीति, पश्चिमी`),
  },
};

/** The official genres of a medium by name; English where the language (ISO 639-1) has no names of its own. */
export function namedGenres(mediaType: MediaType, language: string): NamedGenre[] {
  const names = (Object.hasOwn(nameTable, language) ? nameTable[language] : nameTable.en)?.[mediaType] ?? [];
  return genreWeights[mediaType].map(({ id }, index) => ({ id, name: names[index] ?? '' }));
}

function split(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim());
}
