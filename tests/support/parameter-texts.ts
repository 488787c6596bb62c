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
    case 'boolean':
      return { taken: ['true', 'false'], refused: ['', '1', 'yes', 'TRUE'] };
    case 'array':
      return lists(followed(schema.items as JsonSchema), Number(schema.maxItems));
    default:
      return patterned(String(schema.pattern));
  }
}

function wholeNumbers(minimum: number, maximum: number): ParameterTexts {
  return {
    taken: [minimum, minimum + 1, maximum - 1, maximum].map(String),
    refused: [minimum - 1, maximum + 1, minimum + 0.5, '', '1e1', '0x1'].map(String),
  };
}

/** Lists of as many members as are allowed, and of one more. */
function lists(items: JsonSchema, maxItems: number): ParameterTexts {
  const member = (index: number) => (items.type === 'integer' ? String(index + 1) : `movie:${index + 1}`);
  const listOf = (count: number) => Array.from({ length: count }, (_, index) => member(index)).join(',');
  const beyond =
    items.type === 'integer' ? [Number(items.minimum) - 1, Number(items.maximum) + 1] : ['movie', 'book:1'];
  return {
    taken: ['', listOf(1), listOf(maxItems)],
    refused: [listOf(maxItems + 1), ...beyond.map(String), ',', '1,,1'],
  };
}

/** The plain words among the alternatives of a pattern such as `^(global|[A-Z]{2})$`, and what no pattern here allows. */
function patterned(pattern: string): ParameterTexts {
  const words = (/^\^\((.*)\)\$$/.exec(pattern)?.[1] ?? '').split('|').filter((word) => /^[a-z_]+$/.test(word));
  return { taken: words, refused: ['', 'nonsense!', 'x', '1'] };
}
