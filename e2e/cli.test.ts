import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAPER_CONFIG } from '../src-main/app/commands/run-options.ts';
import { generateRecording, writeRecording } from '../src-main/testing/binance-recording.ts';
import { desk } from './desk-command.ts';

let folder: string;
let usdm: string;
let spot: string;
let other: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
  usdm = recorded('usdm.gz', 'binance-usdm', 'BTCUSDT', 1);
  spot = recorded('spot.gz', 'binance-spot', 'BTCUSDT', 2);
  other = recorded('other.gz', 'binance-usdm', 'SOLUSDT', 3);
});
afterAll(() => rmSync(folder, { recursive: true }));

function recorded(name: string, venue: 'binance-usdm' | 'binance-spot', symbol: string, seed: number): string {
  const path = join(folder, name);
  writeRecording(path, generateRecording({ venue, symbol, frames: 8_000, seed }));
  return path;
}

/** The paper configuration with one change. */
function configWith(change: (config: Record<string, Record<string, unknown>>) => void): string {
  const config = JSON.parse(readFileSync(PAPER_CONFIG, 'utf8')) as Record<string, Record<string, unknown>>;
  change(config);
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify(config));
  return path;
}

const SUMMARY_KEYS = [
  ...['frames', 'inputs', 'rejected', 'gaps', 'resyncs', 'bookTicker', 'orders', 'fills', 'partialFills', 'cancels'],
  ...['gateRefusals', 'position', 'pnl', 'ledgerBalanced', 'factsHash', 'ordersHash', 'framesPerSecond', 'latency'],
  'maxRssMb',
];

describe('desk replay', () => {
  it('prints exactly one JSON object with everything a run amounts to', () => {
    const { status, stdout, stderr } = desk('replay', usdm, spot, '--json', '--seed', '7');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const summary = JSON.parse(stdout);
    expect(Object.keys(summary)).toEqual(expect.arrayContaining(SUMMARY_KEYS));
    expect(summary).toMatchObject({ rejected: {}, gaps: 0, ledgerBalanced: true });
    expect(summary.frames).toBeGreaterThan(16_000);
    expect(summary.bookTicker.mismatched).toBe(0);
    expect(summary.fills).toBeGreaterThan(0);
    expect(Object.keys(summary.position)).toEqual(['binance-usdm:BTCUSDT', 'binance-spot:BTCUSDT']);
    expect(summary.pnl.USDT.total).toMatch(/^-?\d+\.\d{8}$/);
    expect(summary.latency.gate.p99).toBeGreaterThan(0);
  });

  it('gives the same facts for the same seed, and other order ids for another', () => {
    const hashes = (seed: string): string =>
      JSON.parse(desk('replay', usdm, '--json', '--seed', seed).stdout).factsHash;
    expect(hashes('7')).toBe(hashes('7'));
    expect(hashes('8')).not.toBe(hashes('7'));
  });

  it('orders nothing without a strategy', () => {
    const summary = JSON.parse(desk('replay', usdm, '--json', '--strategy', 'none').stdout);
    expect(summary).toMatchObject({ orders: 0, fills: 0, ledgerBalanced: true });
  });

  it('prints a summary for a person', () => {
    const { status, stdout } = desk('replay', usdm);
    expect(status).toBe(0);
    expect(stdout).toMatch(/P&L USDT/);
    expect(stdout).toMatch(/ledger +balanced/);
  });

  it('uses what a truncated file holds, and says where it breaks', () => {
    const path = recorded('cut.gz', 'binance-usdm', 'BTCUSDT', 4);
    truncateSync(path, 50_000);
    const { status, stdout, stderr } = desk('replay', path, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout).rejected).toEqual({ 'truncated-file': 1 });
    expect(stderr).toMatch(/cut\.gz:\d+: truncated-file/);
  });

  it('says where a book lost its proof, what the core refused, and what is unproven at the end', () => {
    const lines = generateRecording({ venue: 'binance-usdm', symbol: 'BTCUSDT', frames: 2_000, seed: 9 });
    const lost = lines.findIndex((line, index) => index > 1_000 && line.includes('@depth'));
    const refused = lines.findIndex((line, index) => index > 100 && line.includes('@trade'));
    lines[refused] = (lines[refused] as string).replace(/"q":"[^"]*"/, '"q":"-1.000"');
    lines.splice(lost, 1);
    const path = join(folder, 'gap.gz');
    writeRecording(path, lines);
    const { status, stdout, stderr } = desk('replay', path, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ gaps: 1, rejected: { 'bad-quantity': 1 } });
    expect(stderr).toContain(`gap.gz:${refused + 1}: bad-quantity: trade frame refused`);
    expect(stderr).toMatch(/gap\.gz:\d+: book-quarantined: binance-usdm:BTCUSDT: gap: expected an update after/);
    expect(stderr).toMatch(/unproven at the end: no snapshot came after the last break/);
  });

  it('refuses a symbol that is not configured, and infers its steps when told to', () => {
    const refused = desk('replay', other, '--json');
    expect(refused.status).toBe(1);
    expect(refused.stdout).toBe('');
    expect(refused.stderr).toMatch(/other\.gz:1: unknown-symbol: .*SOLUSDT.*--infer-instruments/);
    const { status, stdout, stderr } = desk('replay', other, '--json', '--infer-instruments');
    expect(status).toBe(0);
    expect(stderr).toMatch(/inferred binance-usdm:SOLUSDT: linear, tick 0\.1 .*lot 0\.001/);
    expect(JSON.parse(stdout).fills).toBeGreaterThan(0);
  });

  it('orders nothing where a limit is absent', () => {
    const path = configWith(({ limits }) => {
      Object.assign(limits?.default as object, { collarBps: undefined });
    });
    const summary = JSON.parse(desk('replay', usdm, '--json', '--config', path).stdout);
    expect(summary.orders).toBe(0);
    expect(summary.gateRefusals['limit-absent']).toBeGreaterThan(0);
  });
});

describe('bad input ends with its place and remedy, and without a stack', () => {
  const text = (name: string, content: string) => (): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const cases: [what: string, args: () => string[], status: number, message: RegExp][] = [
    ['an unknown command', () => ['trade'], 2, /no command 'trade'[\s\S]*usage/],
    ['an unknown flag', () => ['replay', usdm, '--sead', '1'], 2, /--sead/],
    ['no file', () => ['replay'], 2, /which recordings\?/],
    ['a seed that is no number', () => ['replay', usdm, '--seed', 'x'], 2, /--seed is a whole number from 0, not 'x'/],
    ['an unknown strategy', () => ['replay', usdm, '--strategy', 'luck'], 2, /market-maker, none, not 'luck'/],
    ['a speed that is none', () => ['replay', usdm, '--speed', 'warp'], 2, /max, real, not 'warp'/],
    ['a flag before the command', () => ['--json', 'replay', usdm], 2, /the command comes first/],
    ['no seconds', () => ['simulate', '--seconds', '0'], 2, /--seconds is a whole number from 1/],
    ['a file that is not there', () => ['replay', join(folder, 'nowhere.gz')], 1, /ENOENT.*nowhere\.gz/],
    [
      'a file that is no recording',
      () => ['replay', text('notes.txt', 'hello\n')()],
      1,
      /notes\.txt: not a Binance recording/,
    ],
    ['an empty file', () => ['replay', text('empty.gz', '')()], 1, /empty\.gz: the file is empty/],
    [
      'a configuration that is not there',
      () => ['replay', usdm, '--config', 'nowhere.json'],
      1,
      /nowhere\.json: cannot be read/,
    ],
    [
      'a configuration that is no JSON',
      () => ['replay', usdm, '--config', text('c.json', '{')()],
      1,
      /c\.json: not JSON/,
    ],
    [
      'an unknown setting',
      () => [
        'replay',
        usdm,
        '--config',
        configWith(({ limits }) => Object.assign(limits?.default as object, { collarPercent: 1 })),
      ],
      1,
      /limits\.default: there is no setting 'collarPercent'/,
    ],
    [
      'limits of an instrument that nobody knows',
      () => [
        'replay',
        usdm,
        '--config',
        configWith(({ limits }) => {
          Object.assign(limits?.instruments as object, { 'binance-usd:BTCUSDT': { maxOpenOrders: 0 } });
        }),
      ],
      1,
      /limits\.instruments\.binance-usd:BTCUSDT: there is no such instrument/,
    ],
    [
      'an instrument twice',
      () => {
        const twice = (config: Record<string, Record<string, unknown>>): void => {
          const list = config.instruments as unknown as object[];
          list.push(list[0] as object);
        };
        return ['replay', usdm, '--config', configWith(twice)];
      },
      1,
      /config\.json: instruments: two instruments have the same venue and symbol/,
    ],
    [
      'a venue without fees',
      () => [
        'replay',
        usdm,
        '--config',
        configWith(({ simulation }) => Object.assign(simulation as object, { fees: {} })),
      ],
      1,
      /config\.json: .*no fees are configured/,
    ],
    [
      'a limit in the wrong unit',
      () => [
        'replay',
        usdm,
        '--config',
        configWith(({ limits }) => Object.assign(limits?.default as object, { maxOrderNotional: 5000 })),
      ],
      1,
      /limits\.default\.maxOrderNotional/,
    ],
    [
      'a quantity that is no whole number of lots',
      () => [
        'replay',
        usdm,
        '--config',
        configWith(({ limits }) =>
          Object.assign(limits as object, { instruments: { 'binance-usdm:BTCUSDT': { maxOrderQuantity: '0.00001' } } }),
        ),
      ],
      1,
      /limits of binance-usdm:BTCUSDT: maxOrderQuantity/,
    ],
    [
      'an instrument that makes no sense',
      () => [
        'replay',
        usdm,
        '--config',
        configWith((config) =>
          Object.assign((config.instruments as unknown as object[])[0] as object, { tickSize: '0' }),
        ),
      ],
      1,
      /binance-usdm:BTCUSDT: tickSize must be positive/,
    ],
  ];

  it.each(cases)('%s', (_what, args, status, message) => {
    const result = desk(...args());
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/^\s+at /m);
    expect(result.stdout).toBe('');
    expect(result.status).toBe(status);
  });
});

describe('desk help', () => {
  it.each([[['help']], [['--help']], [['replay', '--help']], [[]]])('prints the usage for %j', (args: string[]) => {
    const { status, stdout, stderr } = desk(...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/replay FILE[\s\S]*simulate/);
  });
});

describe('desk simulate', () => {
  it('trades a generated market, the same one for the same seed', () => {
    const run = (): Record<string, unknown> =>
      JSON.parse(desk('simulate', '--seconds', '90', '--seed', '3', '--json').stdout);
    const [first, second] = [run(), run()];
    expect(first).toMatchObject({ gaps: 0, ledgerBalanced: true });
    expect(first.fills).toBeGreaterThan(0);
    expect(second.factsHash).toBe(first.factsHash);
  });

  it('holds its market against a recorded one', () => {
    const { statistics } = JSON.parse(desk('simulate', '--seconds', '300', '--seed', '1', '--stats', '--json').stdout);
    expect(statistics.map((row: { figure: string }) => row.figure).join()).toMatch(
      /branching.*autocorrelation.*spread.*depth/,
    );
    for (const row of statistics) expect(row, row.figure).toMatchObject({ within: true });
  });
});

describe('desk start --headless', () => {
  it("prints the window's address first, trades, and sums it up at the end", () => {
    const data = join(folder, 'window');
    const { status, stdout, stderr } = desk('start', '--headless', '--data', data, '--seconds', '2', '--speed', '10');
    expect(stderr).toMatch(/no PIN is set: anyone at this machine can act as/);
    const [address, ...summary] = stdout.split('\n');
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
    expect(summary.join('\n')).toMatch(/ledger +balanced[\s\S]*open orders +0/);
    expect(status).toBe(0);
  });

  it.each([
    [['--port', '99999'], /--port is a whole number from 0 to 65535/],
    [['--window'], /Unknown option '--window'/],
    [['now'], /what is 'now'\?/],
  ])('refuses %j', (flags, complaint) => {
    const { status, stderr } = desk('start', ...flags);
    expect(status).toBe(2);
    expect(stderr).toMatch(complaint);
  });
});
