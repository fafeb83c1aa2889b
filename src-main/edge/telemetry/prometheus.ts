/**
 * Prometheus' text exposition format 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/
 * Our own, because prom-client's summaries estimate their quantiles themselves, value by value: they cannot take over those of an
 * HDR histogram, and what remains of the package is this formatter.
 */

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Labels = Readonly<Record<string, string>>;

/** One number of a counter or gauge. */
export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

/** Quantiles of one distribution; `sum` and `count` only ever grow. */
export interface SummarySample {
  readonly labels?: Labels;
  readonly quantiles: readonly (readonly [quantile: number, value: number])[];
  readonly sum: number;
  readonly count: number;
}

interface FamilyHead {
  readonly name: string;
  readonly help: string;
}

/** All samples of one name. Times are in seconds, sizes in bytes. */
export type MetricFamily =
  | (FamilyHead & { readonly type: 'counter' | 'gauge'; readonly samples: readonly Sample[] })
  | (FamilyHead & { readonly type: 'summary'; readonly samples: readonly SummarySample[] });

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
/** Names with two underscores in front belong to Prometheus. */
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
/** Endings that mean something: `_total` a counter, the others a part of a summary or histogram. */
const RESERVED_ENDING = /_(total|sum|count|bucket)$/;

/** More would be noise, and hard to read. */
const READING_DIGITS = 6;
/** Of what only grows the growth is read: all digits that a sum of doubles can be trusted for. */
const GROWING_DIGITS = 15;

/** @throws RangeError naming the metric or label that the format, or its conventions, do not allow; and for one that comes twice. */
export function formatMetrics(families: readonly MetricFamily[]): string {
  const names = new Set<string>();
  const samples = new Set<string>();
  const lines = families.flatMap((family) => {
    checkName(family);
    const { name, help, type } = family;
    addOnce(names, name);
    return [
      `# HELP ${name} ${escapeLineEnds(help)}`,
      `# TYPE ${name} ${type}`,
      ...samplesOf(family).map(([of, value]) => `${addOnce(samples, of)} ${value}`),
    ];
  });
  return lines.map((line) => `${line}\n`).join('');
}

function addOnce(to: Set<string>, what: string): string {
  if (to.has(what)) throw new RangeError(`the metric ${what} comes twice`);
  to.add(what);
  return what;
}

function checkName({ name, type }: MetricFamily): void {
  if (!METRIC_NAME.test(name)) throw new RangeError(`'${name}' is no name of a metric: letters, digits, _ and : only`);
  const ending = RESERVED_ENDING.exec(name)?.[1];
  if (type === 'counter' ? ending !== 'total' : ending !== undefined) {
    throw new RangeError(
      `the ${type} ${name}: counters, and only they, end in _total, and nothing in _sum, _count or _bucket`,
    );
  }
}

function samplesOf(family: MetricFamily): readonly (readonly [of: string, value: string])[] {
  const { name } = family;
  if (family.type !== 'summary') {
    const digits = family.type === 'counter' ? GROWING_DIGITS : READING_DIGITS;
    return family.samples.map(({ labels, value }) => [
      `${name}${formatLabels(name, labels)}`,
      formatValue(value, digits),
    ]);
  }
  return family.samples.flatMap(({ labels, quantiles, sum, count }) => {
    if (labels !== undefined && 'quantile' in labels)
      throw new RangeError(`the summary ${name} has a label 'quantile' of its own`);
    const values = quantiles.map(
      ([quantile, value]) =>
        [
          `${name}${formatLabels(name, { ...labels, quantile: String(quantile) })}`,
          formatValue(value, READING_DIGITS),
        ] as const,
    );
    const suffix = formatLabels(name, labels);
    const [sumText, countText] = [formatValue(sum, GROWING_DIGITS), formatValue(count, GROWING_DIGITS)];
    return [...values, [`${name}_sum${suffix}`, sumText] as const, [`${name}_count${suffix}`, countText] as const];
  });
}

function formatLabels(metric: string, labels: Labels = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    if (!LABEL_NAME.test(name)) throw new RangeError(`${metric}: '${name}' is no name of a label`);
    return `${name}="${escapeLineEnds(value).replaceAll('"', '\\"')}"`;
  });
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLineEnds(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** @param digits significant ones, at most; whole numbers are exact. */
function formatValue(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isInteger(value)) return String(value);
  if (Number.isFinite(value)) return String(Number(value.toPrecision(digits)));
  return value > 0 ? '+Inf' : '-Inf';
}
