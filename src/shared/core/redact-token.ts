/**
 * Takes the TMDB token out of a text that leaves for a log, an error or a message: TMDB, or a server in between, may repeat what it was
 * sent. Payloads never come here: what TMDB sent is what is stored.
 *
 *   text ─► decoded (escapes of JSON, URLs, HTML, C and quoted-printable, also one in another), each character with its place in the text
 *        ─► without spaces, line breaks and whatever is no letter of ASCII: a terminal or a reader may leave it out
 *        ─► pieces of the token, also as base64 or hex, in any case of letters
 *        ─► their places in the text become `[token]`
 *
 * Pieces, because texts are cut to a length before they leave.
 */

/** Gives the TMDB token to use now. @throws RetryableError `token_unavailable` when there is none. */
export type TokenSource = () => Promise<string>;

/** Takes the tokens it knows out of a text. */
export type Redact = (text: string) => string;

/** What a process knows of the tokens it has used. */
export type TokenRedactor = {
  /** The same source; what it gives is known from then on. */
  watch(source: TokenSource): TokenSource;
  redact: Redact;
};

/** A token that was replaced is still in answers that are in flight. */
const tokensKnown = 4;
/**
 * The shortest piece that is looked for: of TMDB's own tokens (32 characters and more) less than this tells nothing, and no word of a
 * sentence is one by chance. A shorter token is a placeholder, and is looked for as a whole word.
 */
const pieceLength = 8;
/** A placeholder of so few characters, such as `en`, is no secret: it would be found in every sentence. */
const shortestPlaceholder = 4;
/** How deep escapes may stand in one another. */
const decodings = 3;
const replacement = '[token]';

/** Knows no token yet. */
export function tokenRedactor(): TokenRedactor {
  let known: readonly string[] = [];
  let redact: Redact = (text) => text;
  const learn = (token: string): void => {
    if (!known.includes(token) && token.length >= shortestPlaceholder) {
      known = [...known, token].slice(-tokensKnown);
      redact = redactionOf(known);
    }
  };
  return {
    watch: (source) => async () => {
      const token = await source();
      learn(token);
      return token;
    },
    redact: (text) => redact(text),
  };
}

/** A text as characters with the place of each: where it begins in the original, and where it ends. */
type Decoded = { characters: string; from: number[]; to: number[] };

/** What a token is found by: texts of one length. */
type Pattern = { pieces: ReadonlySet<string>; length: number; isWholeWord: boolean };

/** Takes `tokens` out of texts. */
export function redactionOf(tokens: readonly string[]): Redact {
  const patterns = tokens.map(patternOf);
  return (text) => {
    let decoded = asItIs(text);
    const hidden = new Array<boolean>(text.length).fill(false);
    for (let round = 0; round <= decodings; round += 1) {
      for (const pattern of patterns) {
        hide(decoded, pattern, hidden);
      }
      const next = decodeOnce(decoded);
      if (next.characters.length === decoded.characters.length) {
        break;
      }
      decoded = next;
    }
    return withoutHidden(text, hidden);
  };
}

function patternOf(token: string): Pattern {
  return token.length < pieceLength
    ? { pieces: new Set([lower(token)]), length: token.length, isWholeWord: true }
    : { pieces: piecesOf(shapesOf(token)), length: pieceLength, isWholeWord: false };
}

/** The token, and what others make of it: its bytes as hex, and as base64 wherever they stand in what was encoded. */
function shapesOf(token: string): string[] {
  const bytes = Buffer.from(token);
  const base64 = [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The first characters and the last are made of what stands around the token too.
    const inner = whole.slice(before === 0 ? 0 : before + 1, -1);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [token, bytes.toString('hex'), ...base64];
}

function piecesOf(shapes: readonly string[]): Set<string> {
  return new Set(
    shapes.flatMap((shape) =>
      Array.from({ length: Math.max(0, shape.length - pieceLength + 1) }, (_, at) =>
        lower(shape.slice(at, at + pieceLength)),
      ),
    ),
  );
}

/** Case of ASCII letters alone: no character changes its length. */
function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function hide(decoded: Decoded, { pieces, length, isWholeWord }: Pattern, hidden: boolean[]): void {
  // A placeholder stands alone by the characters around it.
  const { characters, from, to } = isWholeWord ? decoded : graphicOf(decoded);
  const text = lower(characters);
  for (let at = 0; at + length <= text.length; at += 1) {
    if (pieces.has(text.slice(at, at + length)) && (!isWholeWord || standsAlone(text, at, at + length))) {
      hidden.fill(true, from[at], to[at + length - 1]);
    }
  }
}

function standsAlone(text: string, from: number, to: number): boolean {
  return !/[\w-]/.test(text.charAt(from - 1)) && !/[\w-]/.test(text.charAt(to));
}

/** Tokens are made of these, and so are their escapes. */
const graphic = /[\x21-\x7e]/;

function graphicOf(decoded: Decoded): Decoded {
  const kept = decoded.from.map((_, at) => at).filter((at) => graphic.test(decoded.characters.charAt(at)));
  return {
    characters: kept.map((at) => decoded.characters.charAt(at)).join(''),
    from: kept.map((at) => decoded.from[at] ?? 0),
    to: kept.map((at) => decoded.to[at] ?? 0),
  };
}

function withoutHidden(text: string, hidden: readonly boolean[]): string {
  let told = '';
  for (let at = 0; at < text.length; at += 1) {
    if (!hidden[at]) {
      told += text.charAt(at);
    } else if (!hidden[at - 1]) {
      told += replacement;
    }
  }
  return told;
}

function asItIs(text: string): Decoded {
  const from = Array.from({ length: text.length }, (_, at) => at);
  return { characters: text, from, to: from.map((at) => at + 1) };
}

const escapes = new RegExp(
  [
    String.raw`\\u\{0*(?<braced>[0-9a-fA-F]{1,6})\}|\\u(?<unit>[0-9a-fA-F]{4})|\\U(?<long>[0-9a-fA-F]{8})|\\x(?<byte>[0-9a-fA-F]{2})`,
    '%(?<percent>[0-9a-fA-F]{2})|=(?<quoted>[0-9a-fA-F]{2})|&#[xX]0*(?<hex>[0-9a-fA-F]{1,6});?|&#0*(?<decimal>[0-9]{1,7});?',
    String.raw`\\(?<octal>[0-3]?[0-7]{2})|(?<nothing>\\[bfnrtv0]|=\r?\n|&(?:shy|nbsp|NewLine|Tab|ZeroWidthSpace|zwn?j|NoBreak);)`,
    String.raw`\\(?<plain>[^uUx])|&(?<entity>amp|sol|period|dash|hyphen|lowbar|equals|plus);`,
  ].join('|'),
  'g',
);

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  sol: '/',
  period: '.',
  dash: '-',
  hyphen: '-',
  lowbar: '_',
  equals: '=',
  plus: '+',
};

/** Every escape as the one character that it stands for. Tokens are ASCII: what is longer is left. */
function decodeOnce(encoded: Decoded): Decoded {
  const { characters, from, to } = encoded;
  const decoded: Decoded = { characters: '', from: [], to: [] };
  let end = 0;
  const copyUpTo = (next: number) => {
    decoded.characters += characters.slice(end, next);
    for (let at = end; at < next; at += 1) {
      decoded.from.push(from[at] ?? 0);
      decoded.to.push(to[at] ?? 0);
    }
  };
  for (const { 0: matched, index, groups = {} } of characters.matchAll(escapes)) {
    copyUpTo(index);
    end = index + matched.length;
    decoded.characters += characterOf(groups);
    decoded.from.push(from[index] ?? 0);
    decoded.to.push(to[end - 1] ?? 0);
  }
  copyUpTo(characters.length);
  return decoded;
}

/** One character; NUL for an escape of what is no part of a token. */
function characterOf({ plain, entity, nothing, decimal, octal, ...inHex }: Record<string, string | undefined>): string {
  if (nothing !== undefined) {
    return '\0';
  }
  if (plain !== undefined) {
    return plain;
  }
  if (entity !== undefined) {
    return entities[entity] ?? '\0';
  }
  const hex = Object.values(inHex).find((digits) => digits !== undefined);
  const code =
    hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) : Number(decimal);
  return code < 128 ? String.fromCharCode(code) : '\ufffd';
}
