/**
 * Takes the TMDB token out of a text that leaves for a log, an error or a message: TMDB, or a server in between, may repeat what it was
 * sent. Payloads never come here: what TMDB sent is what is stored.
 *
 *   text ─► decoded (JSON, URL and HTML escapes, also one in another), each character with its place in the text
 *        ─► pieces of the token, also as base64 or hex, in any case of letters
 *        ─► their places in the text become `[token]`
 *
 * Pieces, because texts are cut to a length before they leave.
 */
import type { TokenSource } from './ports/token-source.ts';

/** Takes the tokens it knows out of a text. */
export type Redact = (text: string) => string;

/** What a process knows of the tokens it has used. */
export type TokenRedactor = {
  /** The same source; what it gives is known from then on. */
  watch(source: TokenSource): TokenSource;
  redact: Redact;
};

/** A token that was replaced is still in answers that are under way. */
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

function hide({ characters, from, to }: Decoded, { pieces, length, isWholeWord }: Pattern, hidden: boolean[]): void {
  const text = lower(characters);
  for (let at = 0; at + length <= text.length; at += 1) {
    const standsAlone = !/[\w-]/.test(text.charAt(at - 1)) && !/[\w-]/.test(text.charAt(at + length));
    if (pieces.has(text.slice(at, at + length)) && (standsAlone || !isWholeWord)) {
      hidden.fill(true, from[at], to[at + length - 1]);
    }
  }
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

const escapes =
  /\\u\{(?<braced>[0-9a-f]{1,6})\}|\\u(?<unit>[0-9a-f]{4})|\\x(?<byte>[0-9a-f]{2})|%(?<percent>[0-9a-f]{2})|&#x(?<hex>[0-9a-f]{1,6});?|&#(?<decimal>[0-9]{1,7});?|\\(?<plain>[^ux])|&(?<entity>amp|sol|period|dash|hyphen|lowbar|equals|plus);/giy;

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
function decodeOnce({ characters, from, to }: Decoded): Decoded {
  const decoded: Decoded = { characters: '', from: [], to: [] };
  for (let at = 0; at < characters.length; ) {
    escapes.lastIndex = at;
    const match = escapes.exec(characters);
    const length = match?.[0].length ?? 1;
    const character = (match && characterOf(match.groups ?? {})) ?? characters.charAt(at);
    decoded.characters += character;
    decoded.from.push(from[at] ?? 0);
    decoded.to.push(to[at + length - 1] ?? 0);
    at += length;
  }
  return decoded;
}

function characterOf({ plain, entity, decimal, ...inHex }: Record<string, string | undefined>): string | undefined {
  const hex = Object.values(inHex).find((digits) => digits !== undefined);
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return (
    plain ??
    (entity === undefined ? undefined : entities[entity.toLowerCase()]) ??
    (code < 128 ? String.fromCharCode(code) : '\ufffd')
  );
}
