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

/** Countries where a language is spoken; none for a language that TMDB does not have. */
export function countriesSpeaking(language: string): readonly string[] {
  return spoken.get(language) ?? [];
}

/** Scripts that have one name in CLDR and several in Unicode. */
const composed: Readonly<Record<string, readonly string[]>> = {
  Jpan: ['Hani', 'Hira', 'Kana'],
  Kore: ['Hang', 'Hani'],
  Hans: ['Hani'],
  Hant: ['Hani'],
};

/** Caches, filled on first use: scripts by language, letters by script. */
const scripts = new Map<string, string | undefined>();
const readable = new Map<string, { own: RegExp; other: RegExp } | undefined>();

/** The script of a language: `Latn` for `de-DE`, `Jpan` for `ja`; `undefined` if the text is not a language. */
export function scriptOf(language: string): string | undefined {
  if (!scripts.has(language)) {
    scripts.set(language, likelyScript(language));
  }
  return scripts.get(language);
}

/**
 * Whether people who read `language` can read a text: it has a letter of their script, and no letter of a script other than theirs or
 * Latin. Everybody can read a text without letters (`300`).
 */
export function isReadableIn(language: string, text: string): boolean {
  const script = scriptOf(language);
  if (!/\p{L}/u.test(text)) {
    return true;
  }
  if (script === undefined) {
    return false;
  }
  if (!readable.has(script)) {
    readable.set(script, lettersOf(script));
  }
  const letters = readable.get(script);
  return letters?.own.test(text) === true && !letters.other.test(text);
}

function lettersOf(script: string): { own: RegExp; other: RegExp } | undefined {
  const own = (composed[script] ?? [script]).map((one) => `\\p{scx=${one}}`).join('');
  try {
    // CLDR has scripts that Unicode does not know; RegExp refuses these.
    return { own: new RegExp(`(?=\\p{L})[${own}]`, 'u'), other: new RegExp(`(?=\\p{L})[^${own}\\p{scx=Latn}]`, 'u') };
  } catch {
    return undefined;
  }
}

function likelyScript(language: string): string | undefined {
  try {
    return new Intl.Locale(language).maximize().script;
  } catch {
    return undefined;
  }
}
