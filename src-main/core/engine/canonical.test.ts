import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { type Canonical, CanonicalError, canonical, parseCanonical } from './canonical.ts';

const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
  fc.integer({ min: -3, max: 3 }),
  fc.bigInt({ min: -3n, max: 10n ** 20n }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('1n', '1', 'null', 'true', '{}', '"', ',', '\u2028', '\ud800'),
);
const { value } = fc.letrec<{ value: Canonical }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 3 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const PROPERTY = { seed: 42, numRuns: runs(500) };

/** Deep equality of plain data, written without a text of it. */
function same(a: Canonical, b: Canonical): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [x, y] = [a, b] as { readonly [key: string]: Canonical }[];
  const keys = Object.keys(x);
  return keys.length === Object.keys(y).length && keys.every((key) => Object.hasOwn(y, key) && same(x[key], y[key]));
}

/** The same value with the keys of every object set in the opposite order. */
function reversed(of: Canonical): Canonical {
  if (Array.isArray(of)) return of.map(reversed);
  if (typeof of !== 'object' || of === null) return of;
  const entries = Object.entries(of).reverse();
  return Object.fromEntries(entries.map(([key, item]) => [key, reversed(item)]));
}

describe('the canonical text', () => {
  it.each<readonly [string, Canonical]>([
    ['null', null],
    ['true', true],
    ['0', -0],
    ['1e+21', 1e21],
    ['0.1', 0.1],
    ['12n', 12n],
    ['"12n"', '12n'],
    ['"a\\"\\n"', 'a"\n'],
    ['[]', []],
    ['{}', {}],
    ['{"a":null,"b":[1,{"c":"x","d":2n}]}', { b: [1, { d: 2n, c: 'x' }], a: null }],
    ['{"10":3,"9":4,"B":1,"a":2,"é":5}', { B: 1, a: 2, '10': 3, '9': 4, é: 5 }],
  ])('can be %s', (text, of) => {
    expect(canonical(of)).toBe(text);
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(value, (of) => {
        expect(canonical(reversed(of))).toBe(canonical(of));
      }),
      PROPERTY,
    );
  });

  it('is the same for two values exactly when they are equal', () => {
    // Independent pairs of these small values are often equal, and those one edit apart differ in one place.
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(canonical(a) === canonical(b)).toBe(same(a, b));
      }),
      PROPERTY,
    );
    fc.assert(
      fc.property(leaf, leaf, value, (a, b, rest) => {
        const wrap = (item: Canonical): Canonical => ({ rest, list: [item, rest] });
        expect(canonical(wrap(a)) === canonical(wrap(b))).toBe(same(a, b));
      }),
      PROPERTY,
    );
  });

  it('is JSON where JSON has the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (of) => {
        expect(JSON.parse(canonical(of))).toEqual(JSON.parse(JSON.stringify(of)));
      }),
      PROPERTY,
    );
  });

  it('stands for an object without a prototype as for any other', () => {
    expect(canonical(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}');
  });
});

describe('parseCanonical', () => {
  it('is the inverse', () => {
    fc.assert(
      fc.property(value, (of) => {
        expect(canonical(parseCanonical(canonical(of)))).toBe(canonical(of));
      }),
      PROPERTY,
    );
  });

  it('tells numbers, bigints and their texts apart', () => {
    expect(parseCanonical('{"__proto__":1,"a":[1,1n,"1n",-2.5e-7,null,true]}')).toEqual(
      Object.fromEntries([
        ['__proto__', 1],
        ['a', [1, 1n, '1n', -2.5e-7, null, true]],
      ]),
    );
  });

  it.each(['', '{', '[1', '[1,]', '{"a"}', '{1:2}', '1 2', 'nul', '1.n', '"a', '{"a":1}x', '01', 'undefined'])(
    'refuses %j',
    (text) => {
      expect(() => parseCanonical(text)).toThrow(CanonicalError);
    },
  );
});

describe('no canonical text', () => {
  const sparse = [1, 2, 3];
  delete sparse[1];

  it.each<readonly [string, unknown]>([
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['a hole', sparse],
    ['a Map', new Map([[1, 2]])],
    ['a Date', new Date(0)],
    ['a typed array', new Float64Array(2)],
  ])('exists for %s, at any depth', (_what, of) => {
    expect(() => canonical(of)).toThrow(TypeError);
    expect(() => canonical({ a: [of] })).toThrow(TypeError);
  });
});
