import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { formatMetrics, type MetricFamily } from './prometheus.ts';

const gauge = (name: string, labels?: Record<string, string>): MetricFamily => ({
  type: 'gauge',
  name,
  help: 'help',
  samples: [labels === undefined ? { value: 1 } : { labels, value: 1 }],
});

describe("Prometheus' text format", () => {
  it('reads as the format says it should', () => {
    const text = formatMetrics([
      { type: 'counter', name: 'a_total', help: 'How many.', samples: [{ value: 3 }] },
      {
        type: 'summary',
        name: 'b_seconds',
        help: 'A back\\slash and\na second line.',
        samples: [{ labels: { stage: 'book' }, quantiles: [[0.5, 1.5e-7]], sum: 0.25, count: 9 }],
      },
      { type: 'gauge', name: 'c', help: 'None yet.', samples: [] },
    ]);
    expect(text).toBe(
      [
        '# HELP a_total How many.',
        '# TYPE a_total counter',
        'a_total 3',
        '# HELP b_seconds A back\\\\slash and\\na second line.',
        '# TYPE b_seconds summary',
        'b_seconds{stage="book",quantile="0.5"} 1.5e-7',
        'b_seconds_sum{stage="book"} 0.25',
        'b_seconds_count{stage="book"} 9',
        '# HELP c None yet.',
        '# TYPE c gauge',
        '',
      ].join('\n'),
    );
  });

  it('shows six digits of a reading, and every digit of what is counted or summed up', () => {
    const text = formatMetrics([
      { type: 'gauge', name: 'a', help: '', samples: [{ value: 1 / 3 }, { labels: { b: 'c' }, value: 12_345_678 }] },
      { type: 'counter', name: 'd_total', help: '', samples: [{ value: 123_456_789 }] },
      {
        type: 'summary',
        name: 'e',
        help: '',
        samples: [{ quantiles: [[0.999, 0.000012345678]], sum: 0.1 + 0.2 + 1_000, count: 12_345_678 }],
      },
    ]);
    const values = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(values).toEqual([
      ...['a 0.333333', 'a{b="c"} 12345678', 'd_total 123456789'],
      ...['e{quantile="0.999"} 0.0000123457', 'e_sum 1000.3', 'e_count 12345678'],
    ]);
  });

  it('gives a strict parser back every name, help, label and number, whatever is in them', () => {
    const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,8}x$/);
    const text = fc.string({ unit: fc.constantFrom('\\', '"', '\n', 'n', ' ', '{', '}', ',', '=', '#', 'µ', '😀') });
    const labels = fc.dictionary(fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,4}_l$/), text, { maxKeys: 3 });
    const value = fc.double();
    const numbers = fc.record({
      type: fc.constantFrom('counter' as const, 'gauge' as const),
      help: text,
      samples: fc.uniqueArray(fc.record({ labels, value }), {
        selector: (of) => JSON.stringify(of.labels),
        maxLength: 4,
      }),
    });
    const summary = fc.record({
      type: fc.constant('summary' as const),
      help: text,
      samples: fc.uniqueArray(
        fc.record({
          labels,
          quantiles: fc.uniqueArray(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), value), {
            selector: ([q]) => `${q}`,
          }),
          sum: value,
          count: fc.nat(),
        }),
        { selector: (of) => JSON.stringify(of.labels), maxLength: 3 },
      ),
    });
    const family = fc.tuple(name, fc.oneof(numbers, summary)).map(([base, of]): MetricFamily => {
      return { ...of, name: of.type === 'counter' ? `${base}_total` : base };
    });
    fc.assert(
      fc.property(fc.uniqueArray(family, { selector: (of) => of.name, maxLength: 5 }), (families) => {
        expect(parseExposition(formatMetrics(families))).toEqual(families.map(plain));
      }),
      { seed: 42, numRuns: runs(200) },
    );
  });

  it('writes what is no ordinary number as the format has it', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e21, -0];
    const samples = values.map((value, index) => ({ labels: { index: String(index) }, value }));
    const lines = formatMetrics([{ type: 'gauge', name: 'a', help: '', samples }])
      .split('\n')
      .slice(2, -1);
    expect(lines.map((line) => line.split(' ')[1])).toEqual(['NaN', '+Inf', '-Inf', '1e+21', '0']);
  });

  it.each([
    [gauge('1a'), /'1a' is no name of a metric/],
    [gauge('a-b'), /'a-b' is no name/],
    [gauge('a\n'), /is no name/],
    [gauge('a_total'), /gauge a_total: counters, and only they/],
    [gauge('a_sum'), /gauge a_sum/],
    [gauge('a', { 'b-c': 'x' }), /a: 'b-c' is no name of a label/],
    [gauge('a', { __b: 'x' }), /'__b' is no name of a label/],
    [{ ...gauge('a'), type: 'counter' } as MetricFamily, /counter a: counters/],
    [
      {
        type: 'summary',
        name: 'a',
        help: '',
        samples: [{ labels: { quantile: '1' }, quantiles: [], sum: 0, count: 0 }],
      },
      /label 'quantile' of its own/,
    ],
  ] as const)('refuses %j', (family, message) => {
    expect(() => formatMetrics([family])).toThrow(message);
  });

  it('refuses a name or a sample that comes twice', () => {
    expect(() => formatMetrics([gauge('a'), gauge('a')])).toThrow(/the metric a comes twice/);
    const twice = { ...gauge('a'), samples: [{ value: 1 }, { value: 2 }] } as MetricFamily;
    expect(() => formatMetrics([twice])).toThrow(/comes twice/);
  });
});

/** A family as the parser gives it: flat samples by full name. */
function plain(family: MetricFamily): ReturnType<typeof parseExposition>[number] {
  const { name, help, type } = family;
  // Prometheus knows one zero.
  const sample = (of: string, labels: Record<string, string>, value: number, digits: number) => ({
    name: of,
    labels,
    value: Number.isInteger(value) ? value + 0 : Number(value.toPrecision(digits)),
  });
  if (family.type !== 'summary') {
    const digits = family.type === 'counter' ? 15 : 6;
    const samples = family.samples.map(({ labels, value }) => sample(name, { ...labels }, value, digits));
    return { name, help, type, samples };
  }
  const samples = family.samples.flatMap(({ labels, quantiles, sum, count }) => [
    ...quantiles.map(([quantile, value]) => sample(name, { ...labels, quantile: String(quantile) }, value, 6)),
    sample(`${name}_sum`, { ...labels }, sum, 15),
    sample(`${name}_count`, { ...labels }, count, 15),
  ]);
  return { name, help, type, samples };
}

interface Parsed {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: { readonly name: string; readonly labels: Record<string, string>; readonly value: number }[];
}

/** The format's grammar and nothing beside it: each family once, HELP, TYPE, then its samples; one space; no timestamps. */
function parseExposition(text: string): Parsed[] {
  const families: Parsed[] = [];
  if (text === '') return families;
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const seen = new Set<string>();
  let head: { name: string; help: string } | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\]|\\\\|\\n)*)$/u.exec(line);
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|summary)$/.exec(line);
    if (help) head = { name: help[1], help: unescaped(help[2]) };
    else if (type) {
      if (head?.name !== type[1] || seen.has(head.name)) throw new Error(`TYPE without its HELP, or twice: ${line}`);
      seen.add(head.name);
      families.push({ ...head, type: type[2], samples: [] });
    } else addSample(families.at(-1), line);
  }
  return families;
}

function addSample(family: Parsed | undefined, line: string): void {
  const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\\\|\\"|\\n)*)"/u.source;
  const number = /NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]\d+)?/.source;
  const name = /[a-zA-Z_:][a-zA-Z0-9_:]*/.source;
  const found = new RegExp(`^(${name})(?:\\{(${label}(?:,${label})*)\\})? (${number})$`, 'u').exec(line);
  if (!found || !family) throw new Error(`no sample: ${line}`);
  const parts = family.type === 'summary' ? ['', '_sum', '_count'] : [''];
  if (!parts.some((part) => found[1] === family.name + part)) throw new Error(`not of ${family.name}: ${line}`);
  const labels: Record<string, string> = {};
  for (const [, key, value] of (found[2] ?? '').matchAll(new RegExp(label, 'gu'))) {
    if (key in labels) throw new Error(`the label ${key} comes twice: ${line}`);
    labels[key] = unescaped(value);
  }
  const digits = found.at(-1) ?? '';
  const value = digits.endsWith('Inf') ? Number(`${digits}inity`) : Number(digits);
  family.samples.push({ name: found[1], labels, value });
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gu, (_, character: string) => (character === 'n' ? '\n' : character));
}
