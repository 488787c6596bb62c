/**
 * Countries that TMDB knows, by ISO 3166-1 alpha-2, and XK, which stands for Kosovo. Source: its answer to /configuration/countries in
 * its API reference, November 2026. Left out are its ten codes of former countries and of no country (AN BU CS SU TP XC XG XI YU ZR):
 * old titles come from there, and no list is made there today.
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
 * Translations that TMDB is known to have, each with the country it is filed under: its answer to /configuration/primary_translations in
 * its API reference, and those that stand beside recorded titles, November 2026. It has more, so this is no limit: it says what a bare
 * language means and what is proposed. Some codes are its own: `cn` is Cantonese.
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
 * TMDB's languages, each with the countries where CLDR has it spoken. Source: TMDB's answer to /configuration/languages in its API
 * reference, November 2026, and CLDR 47 (a country has a locale of that language, or is where most speak it). Left out are what has no
 * country that TMDB knows (Interlingua, Ido, Volapük, Manx) and `xx`, which stands for no language.
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

/** TMDB's codes of languages, ISO 639-1 but for its own `cn` (Cantonese). */
export const languageCodes: readonly string[] = [...spoken.keys()];

/** Countries where a language is spoken; none for what is no language of TMDB's. */
export function countriesSpeaking(language: string): readonly string[] {
  return spoken.get(language) ?? [];
}

/** What CLDR knows of codes: their names, what replaced them, and where a language is spoken. Asked for a refusal, never on a hot path. */

/** Made when first asked: loading CLDR's names takes a few milliseconds. */
const displayNames = new Map<string, Intl.DisplayNames>();

/** The English name of a region or a language; `undefined` for what CLDR has no name for. */
export function englishName(type: 'region' | 'language', code: string): string | undefined {
  try {
    const names = displayNames.get(type) ?? new Intl.DisplayNames('en', { type, fallback: 'none' });
    displayNames.set(type, names);
    return names.of(code);
  } catch {
    return undefined;
  }
}

/** The region that a code stands for today: `GB` for `UK`, `DE` for `276`; in upper case and otherwise as it is where CLDR knows no other. */
export function currentRegion(code: string): string {
  return localeOf(`und-${code}`)?.region ?? code.toUpperCase();
}

/** The language that a code stands for today: `he` for `iw`; in lower case and otherwise as it is where CLDR knows no other. */
export function currentLanguage(code: string): string {
  return localeOf(code)?.language ?? code.toLowerCase();
}

/** Where most who speak a language live, by CLDR's likely subtags: `US` for `en`. */
export function likelyRegion(language: string): string | undefined {
  return localeOf(language)?.maximize().region;
}

/** What most who live in a region speak, by CLDR's likely subtags: `de` for `AT`; `undefined` where CLDR does not tell. */
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

/**
 * Which tags of languages and regions are taken, and what is stored for them. A language is one of TMDB's with a country where it is
 * spoken: TMDB adds translations as people write them, so a closed list of those it had once would refuse what it has. Letters may be of
 * either case, and a language by itself means its usual country.
 */

/** TMDB's usual country of a language where CLDR has another one: Egypt for Arabic. Source: titles recorded in November 2026. */
const filedUnder: Readonly<Record<string, string>> = { ar: 'SA' };

/** Whether a tag in its canonical form (`de-DE`) is one. */
export function isLanguageTag(tag: string): boolean {
  const [language = '', country = '', ...others] = tag.split('-');
  return knownTranslations.has(tag) || (others.length === 0 && countriesSpeaking(language).includes(country));
}

/** `de-DE` for `DE-de` and `de`; a text that means no language stays as it is. */
export function canonicalLanguage(text: string): string {
  const match = /^([a-z]{2})(?:-([a-z]{2}))?$/i.exec(text);
  if (match?.[1] === undefined || isLanguageTag(text)) {
    return text;
  }
  const language = match[1].toLowerCase();
  const tag = match[2] === undefined ? usualTag(language) : `${language}-${match[2].toUpperCase()}`;
  return tag !== undefined && isLanguageTag(tag) ? tag : text;
}

/** `DE` for `de`, `global` for `Global`; a text that means no region stays as it is. */
export function canonicalRegion(text: string): string {
  if (/^global$/i.test(text)) {
    return 'global';
  }
  const upper = text.toUpperCase();
  return /^[a-z]{2}$/i.test(text) && knownCountries.has(upper) ? upper : text;
}

/**
 * A language in its usual country: where most speak it, of those that TMDB files translations under, if it has any; `undefined` for what
 * is none of TMDB's languages.
 */
export function usualTag(language: string): string | undefined {
  const filed = [...knownTranslations].filter((tag) => tag.startsWith(`${language}-`)).map((tag) => tag.slice(3));
  const countries = filed.length > 0 ? filed : countriesSpeaking(language);
  const home = filedUnder[language] ?? likelyRegion(language);
  const country = countries.find((one) => one === home) ?? countries[0];
  return country === undefined ? undefined : `${language}-${country}`;
}

/**
 * TMDB's codes of languages that it also has under another one: `cn` is Cantonese, whose films are read in Chinese, `nb` a kind of `no`.
 * Source: its configuration and the recorded lists, November 2026.
 */
const sameAs: Readonly<Record<string, string>> = { cn: 'zh', nb: 'no' };

/** The language of a TMDB tag or code, ISO 639-1: `de` of `de-DE`, `zh` of `cn`. */
function languageCode(tagOrCode: string): string {
  const code = tagOrCode.split('-', 1)[0] ?? '';
  return sameAs[code] ?? code;
}

/** Whether a title is told in its original language: a list in `language` (`de-DE`), and TMDB's code of the original one. */
export function isOriginalLanguage(language: string, originalLanguage: string): boolean {
  return languageCode(language) === languageCode(originalLanguage);
}

/**
 * TMDB's translations in a language (ISO 639-1): `de-DE`, `de-AT` and `de-CH` for `de`, that of its usual country first; the latter alone
 * where none is known.
 */
export function translationsOfLanguage(code: string): string[] {
  const language = currentLanguage(code);
  const tags = tagsByLanguage().get(language) ?? [];
  const usual = usualTag(languageOf(tags[0] ?? language));
  return usual === undefined ? tags : first([...new Set([...tags, usual])], (tag) => tag === usual);
}

/** Made when first asked: CLDR is slow to say what a code stands for. */
let byLanguage: ReadonlyMap<string, string[]> | undefined;

function tagsByLanguage(): ReadonlyMap<string, string[]> {
  byLanguage ??= Map.groupBy(knownTranslations, (tag) => currentLanguage(languageOf(tag)));
  return byLanguage;
}

/** TMDB's translations filed under a country (ISO 3166-1): `fr-CA` and `en-CA` for `CA`; first the language that most there speak. */
export function translationsOfRegion(region: string): string[] {
  const spoken = likelyLanguage(region);
  const tags = [...knownTranslations].filter((tag) => regionOf(tag) === region);
  return first(tags, (tag) => languageOf(tag) === spoken);
}

/**
 * The translation that most in a country read: its own, else another one in its language; `otherwise` where TMDB has neither. `hi-IN` for
 * `IN`, `es-ES` for `AR`.
 */
export function usualTranslation(region: string, otherwise: string): string {
  const [own] = translationsOfRegion(region);
  const [related] = translationsOfLanguage(likelyLanguage(region) ?? '');
  return own ?? related ?? otherwise;
}

/** `de` of `de-DE`. */
export function languageOf(tag: string): string {
  return tag.split('-', 1)[0] ?? tag;
}

function regionOf(tag: string): string {
  return tag.slice(tag.indexOf('-') + 1);
}

function first(tags: readonly string[], isBest: (tag: string) => boolean): string[] {
  return [...tags.filter(isBest), ...tags.filter((tag) => !isBest(tag))];
}
