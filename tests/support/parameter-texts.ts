import { followed, type JsonSchema, type Parameter } from './openapi-document.ts';

/** Texts of a parameter that its schema allows, and texts that it does not. */
export type ParameterTexts = { taken: string[]; refused: string[] };

/** What a schema says of a parameter's limits, as texts on both sides of them. */
export function textsOf({ schema, example }: Parameter): ParameterTexts {
  const described = followed(schema);
  const examples = Array.isArray(described.examples) ? described.examples : [];
  const told = [example, described.default, ...examples].filter((value) => value !== undefined).map(String);
  const { taken, refused } = limitsOf(described);
  return { taken: [...told, ...taken], refused };
}

function limitsOf(schema: JsonSchema): ParameterTexts {
  if (Array.isArray(schema.enum)) {
    return { taken: schema.enum.map(String), refused: ['', 'nonsense', [...schema.enum, schema.enum[0]].join(',')] };
  }
  switch (schema.type) {
    case 'integer':
      return wholeNumbers(Number(schema.minimum), Number(schema.maximum));
    case 'number':
      return numbers(Number(schema.minimum), Number(schema.maximum));
    case 'boolean':
      return { taken: ['true', 'false'], refused: ['', '1', 'yes', 'TRUE'] };
    case 'array':
      return lists(followed(schema.items as JsonSchema), Number(schema.maxItems));
    default:
      return patterned(String(schema.pattern));
  }
}

function wholeNumbers(minimum: number, maximum: number): ParameterTexts {
  const { taken, refused } = numbers(minimum, maximum);
  return { taken: [...taken, minimum + 1, maximum - 1].map(String), refused: [...refused, String(minimum + 0.5)] };
}

/** With or without decimals. */
function numbers(minimum: number, maximum: number): ParameterTexts {
  return {
    taken: [minimum, maximum].map(String),
    refused: [minimum - 1, maximum + 1, '', '1e1', '0x1', 'NaN', 'Infinity'].map(String),
  };
}

/** Codes that are both a language's and a country's, in both cases; more than any list takes. */
const codes =
  'ae af am ar as az ba be bg bi bm bn bo br bs ca ch cn co cr cu cv cy de dz ee es et fi fj fo fr ga gd gl gn gu hr ht hu id ie is it kg ki KM ' +
  'KN KR KW KY';

/** What lists hold: members that are allowed, by their index, and texts that are none. */
function membersOf(items: JsonSchema): { member: (index: number) => string; beyond: string[] } {
  if (items.type === 'integer') {
    const beyond = [Number(items.minimum) - 1, Number(items.maximum) + 1].map(String);
    return { member: (index) => String(index + 1), beyond };
  }
  return items.pattern === '^[A-Za-z]{2}$'
    ? { member: (index) => String(codes.split(' ')[index]), beyond: ['zq', 'de-DE', 'DEU', 'd'] }
    : { member: (index) => `movie:${index + 1}`, beyond: ['movie', 'book:1'] };
}

/** Lists of as many members as are allowed, and of one more. */
function lists(items: JsonSchema, maxItems: number): ParameterTexts {
  const { member, beyond } = membersOf(items);
  const listOf = (count: number) => Array.from({ length: count }, (_, index) => member(index)).join(',');
  return {
    taken: ['', listOf(1), listOf(maxItems)],
    refused: [listOf(maxItems + 1), ...beyond, ',', `${member(0)},,${member(1)}`],
  };
}

/** The plain words among the alternatives of a pattern such as `^(global|[A-Z]{2})$`, and what no pattern here allows. */
function patterned(pattern: string): ParameterTexts {
  const words = (/^\^\((.*)\)\$$/.exec(pattern)?.[1] ?? '').split('|').filter((word) => /^[a-z_]+$/.test(word));
  return { taken: words, refused: ['', 'nonsense!', 'x', '1'] };
}
