/**
 * What may be printed of a text that others wrote: TMDB, queues, files, the command line. Cleaned once, where it is printed, so that
 * what is stored stays as it was sent.
 */

/** The control characters of C0 and C1, and DEL: they move the cursor or speak to the terminal. */
const control = /\p{Cc}/gu;
/**
 * Characters without a sign of their own that change how the text around them reads: bidirectional controls, zero-width spaces, byte
 * order marks, tags, annotations. Joiners and variation selectors stay: emoji, Persian and Indic scripts are written with them.
 */
const invisible =
  /[[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\uFFF9-\uFFFB]--[\u200C\u200D\p{Variation_Selector}]]/gv;
const lineBreak = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/gu;
const unclean =
  /[[\p{Cc}\u2028\u2029\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\uFFF9-\uFFFB]--[\u200C\u200D\p{Variation_Selector}]]/gv;
const plain = /^[\x20-\x7E]*$/;

/** One line: breaks and tabs become a space, other control characters `?`, what is invisible is left out. */
export function cleanLine(text: string): string {
  if (plain.test(text)) {
    return text;
  }
  return text.toWellFormed().replace(lineBreak, ' ').replaceAll('\t', ' ').replace(control, '?').replace(invisible, '');
}

/** Several lines, each as `cleanLine` leaves it; only `\n` (also after `\r`) begins a new one. */
export function cleanText(text: string): string {
  return plain.test(text) ? text : text.replaceAll('\r\n', '\n').split('\n').map(cleanLine).join('\n');
}

/** Text of an input with a `?` in place of everything that `cleanLine` would change: for messages that echo it. */
export function marked(text: string): string {
  return text.toWellFormed().replace(unclean, '?');
}

/** Escapes in a JSON document what would not be clean on a terminal: the document's value stays exact. */
export function cleanJson(json: string): string {
  return json.replace(unclean, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
