import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInstrument, type Lots, type Ticks } from '../../../src-shared/domain/instrument.ts';
import { type Order, sign } from '../../../src-shared/domain/order.ts';
import type { Effect } from '../../core/engine/effect.ts';
import { Random } from '../../core/engine/random.ts';
import { cancelling, idOf, placing, querying, TAKING } from '../../edge/venues/fixtures.ts';
import { CONFIG, INSTRUMENTS, T0, temporaryFolder, VirtualHost } from './fixtures.ts';
import { HostedExchange } from './hosted-exchange.ts';
import { OrderLog, OrderLogError, readOrderLog } from './order-log.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'exchange', 'orders.log');
});
afterEach(() => folder.remove());

function linesOf(kind: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes(`"kind":"${kind}"`));
}

/** Orders of all sorts, some of them cancelled, replaced, asked for or sent twice. */
function turmoil(host: VirtualHost, orders: number): void {
  const random = new Random(7);
  const pick = (most: number) => random.uint32() % most;
  for (let index = 0; index < orders; index += 1) {
    const name = `order-${index}`;
    const side = pick(2) === 0 ? 'buy' : 'sell';
    const near = { side, priceTicks: (618_000 + pick(400) - 200) as Ticks, lots: (1 + pick(50)) as Lots } as const;
    const terms: readonly Partial<Order>[] = [near, { ...TAKING, side, lots: near.lots }, { ...near, postOnly: true }];
    const placed = placing(name, terms[pick(terms.length)]);
    const earlier = `order-${pick(index + 1)}`;
    const others: Effect[] = [
      cancelling(earlier),
      querying(earlier),
      { kind: 'replace-order', target: idOf(earlier), order: { ...placed.order, clientOrderId: idOf(`${name}-new`) } },
      placing(earlier),
    ];
    host.run(pick(40), placed, others[pick(others.length)]);
  }
}

describe('the order log', () => {
  it('has what was received and what was reported, whether or not anybody listened', () => {
    const host = new VirtualHost(folder.path);
    expect(host.run(20, placing('rests'))).toEqual(['rests acknowledged']);
    host.exchange.desk = null;
    expect(host.run(20, placing('takes', TAKING), cancelling('rests'))).toEqual([]);
    const { received, fills, ends } = readOrderLog(folder.path);
    expect([...received]).toEqual([
      ['rests', 1],
      ['takes', 1],
    ]);
    expect([...fills.values()].reduce((sum, { lots }) => sum + lots, 0)).toBe(10);
    expect(ends.get(idOf('rests'))).toEqual({ type: 'cancelled', reason: 'requested' });
    expect(ends.get(idOf('takes'))?.type).toBe('filled');
    expect(linesOf('received')).toHaveLength(3);
  });

  it('says a fill and an end once, however often a query repeats them', () => {
    const host = new VirtualHost(folder.path);
    host.run(20, placing('a', TAKING), placing('b'), cancelling('b'));
    const before = linesOf('report');
    const heard = host.run(20, querying('a'), querying('a'), querying('b'));
    expect(heard.filter((text) => text.startsWith('a filled')).length).toBeGreaterThanOrEqual(2);
    expect(heard).toContain('b cancelled requested');
    expect(linesOf('report')).toEqual(before);
  });

  it('agrees with the exchange after any turmoil: orders, fills, ends and position', () => {
    const host = new VirtualHost(folder.path, { maxEnded: 5 });
    turmoil(host, 150);
    host.exchange.close('test', host.now);
    const { received, fills, ends, positionLots } = readOrderLog(folder.path);
    const { counters } = host.exchange;
    expect(fills.size).toBe(counters.fills);
    expect(counters.fills).toBeGreaterThan(100);
    expect([...received.values()].reduce((sum, times) => sum + times, 0)).toBe(counters.orders);
    expect(new Set(ends.keys())).toEqual(new Set(received.keys()));
    const endsOf = (type: string) => [...ends.values()].filter((end) => end.type === type).length;
    expect([endsOf('cancelled'), endsOf('expired'), endsOf('replaced')]).toEqual([
      counters.cancels,
      counters.expired,
      counters.replaced,
    ]);
    const summed = [...fills.values()].reduce((sum, { side, lots }) => sum + sign(side) * lots, 0);
    expect(positionLots(INSTRUMENTS[0].id)).toBe(summed);
  });

  it('loses half a line that a killed process left, and nothing else', () => {
    const host = new VirtualHost(folder.path);
    host.run(20, placing('a'));
    host.log.close();
    const whole = readFileSync(file, 'utf8');
    appendFileSync(file, '{"at":1,"kind":"rep');
    expect([...readOrderLog(folder.path).received.keys()]).toEqual(['a']);
    OrderLog.open(folder.path, 10).close();
    expect(readFileSync(file, 'utf8')).toBe(whole);
  });

  it('reads back whatever length it has been cut to', () => {
    const host = new VirtualHost(folder.path);
    turmoil(host, 20);
    host.log.close();
    const whole = readFileSync(file);
    for (let bytes = whole.length; bytes > 0; bytes -= 977) {
      writeFileSync(file, whole.subarray(0, bytes));
      OrderLog.open(folder.path, 10).close();
      expect(statSync(file).size).toBe(whole.lastIndexOf(0x0a, bytes - 1) + 1);
    }
  });

  it.each([
    ['garbage', /orders\.log, line 2: 'garbage': no canonical text.*Move the exchange folder away/],
    ['{"at":1,"kind":"gift"}', /orders\.log, line 2: .*kind/],
    ['{"at":1.5,"kind":"end","reason":""}', /line 2: .*at: a time in whole microseconds/],
  ])('is refused when a line of it is %s', (line, problem) => {
    const host = new VirtualHost(folder.path);
    host.log.close();
    appendFileSync(file, `${line}\n`);
    expect(() => OrderLog.open(folder.path, 10)).toThrow(problem);
    expect(() => readOrderLog(folder.path)).toThrow(OrderLogError);
  });
});

describe('an exchange that starts on the log of one that was killed', () => {
  it('has cancelled what rested, and answers for every order as before', () => {
    const first = new VirtualHost(folder.path);
    first.run(20, placing('rests'), placing('takes', TAKING), placing('goes'), cancelling('goes'));
    // On its way when the process died.
    first.exchange.send(placing('under-way'), first.now);
    first.log.close();

    const second = new VirtualHost(folder.path, { seed: 2 });
    const answers = second.run(
      20,
      ...['rests', 'takes', 'goes', 'under-way', 'never-sent'].map((name) => querying(name)),
    );
    expect(answers.filter((text) => !text.startsWith('takes filled'))).toEqual([
      'rests cancelled the venue restarted',
      'goes cancelled requested',
      'under-way cancelled the venue restarted',
      'never-sent not-found',
    ]);
    const { fills, ends } = readOrderLog(folder.path);
    const takes = [...fills.values()].filter(({ clientOrderId }) => clientOrderId === 'takes');
    expect(answers.filter((text) => text.startsWith('takes filled'))).toEqual(
      takes.map(({ lots }) => `takes filled ${lots}`),
    );
    expect(ends.size).toBe(4);
  });

  it('takes no client id twice, numbers on, and knows its position', () => {
    const first = new VirtualHost(folder.path);
    first.run(20, placing('a', TAKING), placing('b'));
    first.log.close();
    const second = new VirtualHost(folder.path);
    expect(second.run(20, placing('a', TAKING), placing('b'))).toEqual([
      'a rejected duplicate-client-order-id',
      'b rejected duplicate-client-order-id',
    ]);
    // Reduce-only finds the position of the run before: 10 lots long.
    const heard = second.run(20, placing('c', { ...TAKING, side: 'sell', reduceOnly: true, lots: 99 as Lots }));
    expect(heard[0]).toBe('c acknowledged');
    second.exchange.close('test', second.now);
    const { positionLots, received } = readOrderLog(folder.path);
    expect(positionLots(INSTRUMENTS[0].id)).toBe(0);
    expect(received.get(idOf('a'))).toBe(2);
    const venueIds = linesOf('report').flatMap((line) => line.match(/SIM-\d+/)?.[0] ?? []);
    expect(venueIds).toHaveLength(3);
    expect(new Set(venueIds).size).toBe(3);
  });

  it('says the same whether it was killed in between or not', () => {
    const host = new VirtualHost(folder.path, { maxEnded: 1_000 });
    turmoil(host, 40);
    host.exchange.close('test', host.now);
    // Closing ran ahead of the clock.
    host.run(1_000);
    host.log.close();
    const names = [...readOrderLog(folder.path).received.keys()];
    const answersOf = (of: VirtualHost) => of.run(50, ...names.map((name) => querying(name)));
    const again = new VirtualHost(folder.path, { maxEnded: 1_000, seed: 3 });
    expect(answersOf(again)).toEqual(answersOf(host));
  });

  it('is refused on other instruments, which would give the log another meaning', () => {
    new VirtualHost(folder.path).log.close();
    const log = OrderLog.open(folder.path, 10);
    const instruments = [createInstrument({ ...INSTRUMENTS[0], tickSize: '0.01' }, 0)];
    const options = { config: CONFIG, instruments, seed: 1, startAt: T0, log };
    expect(() => new HostedExchange(options)).toThrow(/belongs to other instruments.*tick 0\.10.*tick 0\.01/);
    log.close();
  });
});

describe('closing', () => {
  it('cancels what rests, lets the last reports arrive, and says so in the log', () => {
    const host = new VirtualHost(folder.path);
    host.run(20, placing('rests'));
    for (const effect of [placing('late'), placing('takes', TAKING)]) host.exchange.send(effect, host.now);
    host.exchange.close('enough', host.now);
    expect(host.run(0)).toEqual(expect.arrayContaining(['rests cancelled requested', 'late cancelled requested']));
    const { ends, fills } = readOrderLog(folder.path);
    expect(ends.get(idOf('takes'))?.type).toBe('filled');
    expect(fills.size).toBe(host.exchange.counters.fills);
    expect(linesOf('end')).toEqual([expect.stringContaining('"reason":"enough"')]);
  });
});
