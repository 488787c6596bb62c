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
