/**
 * Countries that TMDB knows, by ISO 3166-1 alpha-2, and XK, which stands for Kosovo. Source: its answer to /configuration/countries in
 * its API reference, November 2026. Ten of its codes are left out, those of former countries and of no country (AN BU CS SU TP XC XG XI YU
 * ZR): old titles have them, but TMDB makes no lists for them today.
 */
export const knownCountries: ReadonlySet<string> = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM ' +
    'CN CO CR CU CV CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GH GI GL GM GN GP GQ GR GS GT GU GW ' +
    'GY HK HM HN HR HT HU ID IE IL IN IO IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ' +
    'ME MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT ' +
    'PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ ' +
    'UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW'
  ).split(' '),
);

/**
 * Translations that TMDB is known to have, each with the country that TMDB uses for it. Source: its answer to
 * /configuration/primary_translations in its API reference, and the translations of recorded titles, November 2026. TMDB has more, so this
 * list restricts nothing: it gives the usual country of a language, and the suggestions. Some codes are TMDB's own: `cn` is Cantonese.
 */
export const knownTranslations: ReadonlySet<string> = new Set(
  (
    'af-ZA ar-AE ar-SA az-AZ be-BY bg-BG bn-BD bs-BS ca-ES ch-GU cn-CN cs-CZ cy-GB da-DK de-AT de-CH de-DE el-GR en-AU ' +
    'en-CA en-GB en-IE en-NZ en-US eo-EO es-ES es-MX et-EE eu-ES fa-IR fi-FI fr-CA fr-FR ga-IE gd-GB gl-ES he-IL hi-IN ' +
    'hr-HR hu-HU id-ID is-IS it-IT ja-JP ka-GE kk-KZ kn-IN ko-KR ky-KG la-LA lb-LB lt-LT lv-LV mk-MK ml-IN mr-IN ms-MY ' +
    'ms-SG my-MY nb-NO nl-BE nl-NL no-NO pa-IN pl-PL pt-BR pt-PT ro-RO ru-RU si-LK sk-SK sl-SI so-SO sq-AL sr-RS sv-SE ' +
    'ta-IN te-IN th-TH tl-PH tr-TR tw-TW uk-UA uz-UZ vi-VN zh-CN zh-HK zh-SG zh-TW zu-ZA'
  ).split(' '),
);

/**
 * TMDB's languages, each with the countries where it is spoken according to CLDR. Source: TMDB's answer to /configuration/languages in its
 * API reference, November 2026, and CLDR 47 (a country has a locale of that language, or most of its speakers live there). Left out:
 * languages without a country that TMDB knows (Interlingua, Ido, Volapük, Manx), and `xx`, which means no language.
 */
const spokenWhere =
  'aa ET; ab GE; ae IR; af NA ZA; ak GH; am ET; an ES; ar AE BH DJ DZ EG EH ER IL IQ JO KM KW LB LY MA MR OM PS QA SA SD SO SS SY TD ' +
  'TN YE; as IN; av RU; ay BO; az AZ; ba RU; be BY; bg BG; bi VU; bm ML; bn BD IN; bo CN IN; br FR; bs BA BS; ca AD ES FR IT; ce RU; ' +
  'ch GU; cn CN; co FR; cr CA; cs CZ; cu RU; cv RU; cy GB; da DK GL; de AT BE CH DE IT LI LU; dv MV; dz BT; ee GH TG; el CY GR; en AE ' +
  'AG AI AS AT AU BB BE BI BM BS BW BZ CA CC CH CK CM CX CY CZ DE DK DM ER ES FI FJ FK FM FR GB GD GH GI GM GS GU GY HK HU ID IE IL ' +
  'IN IO IT JM KE KI KN KY LC LR LS MG MH MO MP MS MT MU MV MW MY NA NF NG NL NO NR NU NZ PG PH PK PL PN PR PT PW RO RW SB SC SD SE ' +
  'SG SH SI SK SL SS SZ TC TK TO TT TV TZ UG UM US VC VG VI VU WS ZA ZM ZW; eo EO; es AR BO BR BZ CL CO CR CU DO EC ES GQ GT HN MX NI ' +
  'PA PE PH PR PY SV US UY VE; et EE; eu ES; fa AF IR; ff BF CM GH GM GN GW LR MR NE NG SL SN; fi FI; fj FJ; fo DK FO; fr BE BF BI BJ ' +
  'CA CD CF CG CH CI CM DJ DZ FR GA GF GN GP GQ HT KM LU MA MC MG ML MQ MR MU NC NE PF PM RE RW SC SN SY TD TG TN VU WF YT; fy NL; ga ' +
  'GB IE; gd GB; gl ES; gn PY; gu IN; ha GH NE NG; he IL; hi IN; ho PG; hr BA HR; ht HT; hu HU; hy AM; hz NA; id ID; ie EE; ig NG; ii ' +
  'CN; ik US; is IS; it CH IT SM VA; iu CA; ja JP; jv ID; ka GE; kg CD; ki KE; kj NA; kk KZ; kl GL; km KH; kn IN; ko CN KP KR; kr NG; ' +
  'ks IN; ku TR; kv RU; kw GB; ky KG; la LA VA; lb LB LU; lg UG; li NL; ln AO CD CF CG; lo LA; lt LT; lu CD; lv LV; mg MG; mh MH; mi ' +
  'NZ; mk MK; ml IN; mn MN; mo MD RO; mr IN; ms BN ID MY SG; mt MT; my MM MY; na NR; nb NO; nd ZW; ne IN NP; ng NA; nl AW BE NL SR; ' +
  'nn NO; no NO; nr ZA; nv US; ny MW; oc ES FR; oj CA; om ET KE; or IN; os GE RU; pa IN PK; pi IN; pl PL; ps AF PK; pt AO BR CH CV GQ ' +
  'GW LU MO MZ PT ST TL; qu BO EC PE; rm CH; rn BI; ro MD RO; ru BY KG KZ MD RU UA; rw RW; sa IN; sc IT; sd IN PK; se FI NO SE; sg ' +
  'CF; sh BA ME RS XK; si LK; sk SK; sl SI; sm WS; sn ZW; so DJ ET KE SO; sq AL MK XK; sr BA ME RS XK; ss ZA; st LS ZA; su ID; sv FI ' +
  'SE; sw CD KE TZ UG; ta IN LK MY SG; te IN; tg TJ; th TH; ti ER ET; tk TM; tl PH; tn BW ZA; to TO; tr CY TR; ts ZA; tt RU; tw GH ' +
  'TW; ty PF; ug CN; uk UA; ur IN PK; uz AF UZ; ve ZA; vi VN; wa BE; wo SN; xh ZA; yi UA; yo BJ NG; za CN; zh CN HK MO MY SG TW; zu ' +
  'ZA';

const spoken = new Map(
  spokenWhere.split('; ').map((entry): [string, readonly string[]] => {
    const [language = '', ...countries] = entry.split(' ');
    return [language, countries];
  }),
);

/** TMDB's codes of languages: ISO 639-1, except its own `cn` (Cantonese). */
export const languageCodes: readonly string[] = [...spoken.keys()];

/** Codes of original languages as titles have them: also those that are spoken nowhere, and `xx`, which is no language. */
export const originalLanguages: ReadonlySet<string> = new Set([
  ...languageCodes,
  ...[...knownTranslations].map(languageOf),
  ...['gv', 'ia', 'io', 'vo', 'xx'],
]);

/** Countries of origin as titles have them: also the former ones and those that are none. */
export const originCountries: ReadonlySet<string> = new Set([
  ...knownCountries,
  ...['AN', 'BU', 'CS', 'SU', 'TP', 'XC', 'XG', 'XI', 'YU', 'ZR'],
]);

/** Countries where a language is spoken; none for a language that TMDB does not have. */
export function countriesSpeaking(language: string): readonly string[] {
  return spoken.get(language) ?? [];
}

// The next functions ask CLDR for the names of codes, for their replacements, and for where a language is spoken. They are used in error
// messages, never on a hot path.

/** Created on first use: loading CLDR's names takes a few milliseconds. */
const displayNames = new Map<string, Intl.DisplayNames>();

/** The English name of a region or a language; `undefined` if CLDR has none. */
export function englishName(type: 'region' | 'language', code: string): string | undefined {
  try {
    const names = displayNames.get(type) ?? new Intl.DisplayNames('en', { type, fallback: 'none' });
    displayNames.set(type, names);
    return names.of(code);
  } catch {
    return undefined;
  }
}

/** The current code of a region: `GB` for `UK`, `DE` for `276`. If CLDR knows no other code, the same code in upper case. */
export function currentRegion(code: string): string {
  return localeOf(`und-${code}`)?.region ?? code.toUpperCase();
}

/** The current code of a language: `he` for `iw`. If CLDR knows no other code, the same code in lower case. */
export function currentLanguage(code: string): string {
  return localeOf(code)?.language ?? code.toLowerCase();
}

/** The country where most speakers of a language live, by CLDR's likely subtags: `US` for `en`. */
export function likelyRegion(language: string): string | undefined {
  return localeOf(language)?.maximize().region;
}

/** The language that most people in a region speak, by CLDR's likely subtags: `de` for `AT`; `undefined` if CLDR has none. */
function likelyLanguage(region: string): string | undefined {
  const language = localeOf(`und-${region}`)?.maximize().language;
  return language === 'und' ? undefined : language;
}

function localeOf(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag);
  } catch {
    return undefined;
  }
}

// The next functions say which tags of languages and regions are accepted, and in which form they are stored. A valid tag is a language of
// TMDB with a country where it is spoken. A closed list of tags would refuse translations that TMDB adds later. Upper and lower case are
// accepted, and a language without a country gets its usual country.

/** TMDB's usual country of a language, where CLDR has a different one (Egypt for Arabic). Source: titles recorded in November 2026. */
const filedUnder: Readonly<Record<string, string>> = { ar: 'SA' };

/** Whether `tag` is a valid language tag in canonical form (`de-DE`). */
export function isLanguageTag(tag: string): boolean {
  const [language = '', country = '', ...others] = tag.split('-');
  return knownTranslations.has(tag) || (others.length === 0 && countriesSpeaking(language).includes(country));
}

/** The canonical form of a language tag: `de-DE` for `DE-de` and `de`. Any other text is returned unchanged. */
export function canonicalLanguage(text: string): string {
  const match = /^([a-z]{2})(?:-([a-z]{2}))?$/i.exec(text);
  if (match?.[1] === undefined || isLanguageTag(text)) {
    return text;
  }
  const language = match[1].toLowerCase();
  const tag = match[2] === undefined ? usualTag(language) : `${language}-${match[2].toUpperCase()}`;
  return tag !== undefined && isLanguageTag(tag) ? tag : text;
}

/** The canonical form of a region: `DE` for `de`, `global` for `Global`. Any other text is returned unchanged. */
export function canonicalRegion(text: string): string {
  if (/^global$/i.test(text)) {
    return 'global';
  }
  const upper = text.toUpperCase();
  return /^[a-z]{2}$/i.test(text) && knownCountries.has(upper) ? upper : text;
}

/**
 * The tag of a language with its usual country: the country where most of its speakers live, chosen among those of TMDB's translations if
 * there are any. `undefined` for a language that TMDB does not have.
 */
export function usualTag(language: string): string | undefined {
  const filed = [...knownTranslations].filter((tag) => tag.startsWith(`${language}-`)).map((tag) => tag.slice(3));
  const countries = filed.length > 0 ? filed : countriesSpeaking(language);
  const home = filedUnder[language] ?? likelyRegion(language);
  const country = countries.find((one) => one === home) ?? countries[0];
  return country === undefined ? undefined : `${language}-${country}`;
}

/**
 * Codes of TMDB for languages that it also has under another code: `cn` is Cantonese, whose audience reads Chinese; `nb` is a form of
 * `no`. Source: its configuration and the recorded lists, November 2026.
 */
const sameAs: Readonly<Record<string, string>> = { cn: 'zh', nb: 'no' };

/** The language of a TMDB tag or code, ISO 639-1: `de` for `de-DE`, `zh` for `cn`. */
function languageCode(tagOrCode: string): string {
  const code = tagOrCode.split('-', 1)[0] ?? '';
  return sameAs[code] ?? code;
}

/** Whether `language` (`de-DE`) is the original language of a title, for which `originalLanguage` is TMDB's code. */
export function isOriginalLanguage(language: string, originalLanguage: string): boolean {
  return languageCode(language) === languageCode(originalLanguage);
}

/**
 * TMDB's translations in a language (ISO 639-1), the one of its usual country first: `de-DE`, `de-AT` and `de-CH` for `de`. If TMDB has
 * no known translation, only the tag with the usual country.
 */
export function translationsOfLanguage(code: string): string[] {
  const language = currentLanguage(code);
  const tags = tagsByLanguage().get(language) ?? [];
  const usual = usualTag(languageOf(tags[0] ?? language));
  return usual === undefined ? tags : first([...new Set([...tags, usual])], (tag) => tag === usual);
}

/** Created on first use: finding the current code of a language takes CLDR some time. */
let byLanguage: ReadonlyMap<string, string[]> | undefined;

function tagsByLanguage(): ReadonlyMap<string, string[]> {
  byLanguage ??= groupedByLanguage();
  return byLanguage;
}

function groupedByLanguage(): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const tag of knownTranslations) {
    const language = currentLanguage(languageOf(tag));
    groups.set(language, [...(groups.get(language) ?? []), tag]);
  }
  return groups;
}

/** TMDB's translations for a country (ISO 3166-1), the language of most of its people first: `fr-CA` and `en-CA` for `CA`. */
export function translationsOfRegion(region: string): string[] {
  const spoken = likelyLanguage(region);
  const tags = [...knownTranslations].filter((tag) => regionOf(tag) === region);
  return first(tags, (tag) => languageOf(tag) === spoken);
}

/**
 * The translation for most people in a country: the country's own, else another one in its language, else `otherwise`. `hi-IN` for `IN`,
 * `es-ES` for `AR`.
 */
export function usualTranslation(region: string, otherwise: string): string {
  const [own] = translationsOfRegion(region);
  const [related] = translationsOfLanguage(likelyLanguage(region) ?? '');
  return own ?? related ?? otherwise;
}

/** The language of a tag: `de` for `de-DE`. */
export function languageOf(tag: string): string {
  return tag.split('-', 1)[0] ?? tag;
}

function regionOf(tag: string): string {
  return tag.slice(tag.indexOf('-') + 1);
}

function first(tags: readonly string[], isBest: (tag: string) => boolean): string[] {
  return [...tags.filter(isBest), ...tags.filter((tag) => !isBest(tag))];
}
