import { expect, test } from 'vitest';
import { OrderAdmission } from './order-admission.ts';
import { answered, orderNo } from './order-fixtures.ts';
import type { Outcome } from './outcome.ts';

function setUp() {
  const clock = { ms: 0 };
  const incidents: string[] = [];
  let clockRefusals = 0;
  const admission = new OrderAdmission(() => clock.ms, {
    incident: (incident, detail) => incidents.push(`${incident}: ${detail}`),
    clockRefused: () => {
      clockRefusals += 1;
    },
  });
  return { admission, clock, incidents, clockRefusals: () => clockRefusals };
}

const DONE = answered({});
const BUSY: Outcome = { kind: 'not-accepted', reason: '-1008: busy' };
const refused = (code: number): Outcome => ({ kind: 'refused', code, message: 'no' });

test('lets everything through until the venue says otherwise', () => {
  const { admission, incidents } = setUp();
  for (const outcome of [DONE, refused(-2011), refused(-5022), { kind: 'unknown', reason: 'silence' } as const]) {
    admission.heard('place', outcome);
    expect(admission.refusal(orderNo(1))).toBeNull();
  }
  expect(incidents).toEqual([]);
});

test('sends no order under a refused key until the venue accepts a request again', () => {
  const { admission, incidents } = setUp();
  admission.heard('place', refused(-2015));
  admission.heard('cancel', refused(-2015));
  expect(admission.refusal(orderNo(1, { reduceOnly: true }))).toContain('-2015: no');
  expect(incidents).toEqual(['refused-access: the venue refuses the API key, -2015: no']);
  admission.heard('cancel', refused(-2011));
  expect(admission.refusal(orderNo(1))).toBeNull();
});

test('tries a refused key again when a person wants it, and tells again of a refusal', () => {
  const { admission, incidents } = setUp();
  admission.heard('place', refused(-2014));
  admission.resumed();
  expect(admission.refusal(orderNo(1))).toBeNull();
  admission.heard('place', refused(-2014));
  expect([admission.refusal(orderNo(1)), incidents.length]).toEqual([expect.stringContaining('-2014'), 2]);
});

test('gives an overloaded venue a growing rest, but not from what reduces', () => {
  const { admission, clock, incidents } = setUp();
  const waits = [200, 400, 800, 1_600, 3_200, 3_200];
  for (const waitMs of waits) {
    admission.heard('place', BUSY);
    clock.ms += waitMs - 1;
    expect(admission.refusal(orderNo(1))).toContain('a moment');
    expect(admission.refusal(orderNo(1, { reduceOnly: true }))).toBeNull();
    clock.ms += 1;
    expect(admission.refusal(orderNo(1))).toBeNull();
  }
  expect(incidents).toEqual(['maintenance: the venue turns orders away: -1008: busy']);
  admission.heard('place', DONE);
  admission.heard('place', BUSY);
  clock.ms += 200;
  expect(admission.refusal(orderNo(1))).toBeNull();
});

test('has the clock measured at each refusal of it, and calls three in a row an incident', () => {
  const { admission, incidents, clockRefusals } = setUp();
  admission.heard('place', refused(-1021));
  admission.heard('cancel', refused(-1021));
  admission.heard('cancel', DONE);
  for (let time = 0; time < 2; time += 1) admission.heard('place', refused(-1021));
  expect([incidents.length, clockRefusals()]).toEqual([0, 4]);
  admission.heard('place', refused(-1021));
  expect(incidents).toEqual([expect.stringContaining('refused-access')]);
});

test('calls three orders in a row that break a rule of their symbol an incident, and begins anew with one that is accepted', () => {
  const { admission, incidents } = setUp();
  const breakTwice = (): void => {
    for (let time = 0; time < 2; time += 1) admission.heard('place', refused(-4164));
  };
  breakTwice();
  admission.heard('place', DONE);
  breakTwice();
  admission.heard('place', refused(-5022));
  expect(incidents).toEqual([]);
  admission.heard('place', refused(-1111));
  expect(incidents).toEqual(['refused-access: order after order breaks a rule of its symbol, -1111: no']);
  admission.resumed();
  breakTwice();
  expect(incidents).toHaveLength(1);
  admission.heard('place', refused(-4164));
  expect(incidents).toHaveLength(2);
});

test('says that orders are turned away from the third in a row on, until one is accepted', () => {
  const { admission } = setUp();
  const said = [BUSY, BUSY, BUSY, refused(-2011), DONE].map((outcome) => {
    admission.heard('place', outcome);
    return admission.isTurnedAway;
  });
  expect(said).toEqual([false, false, true, true, false]);
});

test('tells of too little margin once, until an order is accepted', () => {
  const { admission, incidents } = setUp();
  admission.heard('place', refused(-2019));
  admission.heard('place', refused(-2019));
  expect(admission.refusal(orderNo(1))).toBeNull();
  expect(incidents).toHaveLength(1);
  admission.heard('place', DONE);
  admission.heard('place', refused(-2019));
  expect(incidents).toHaveLength(2);
});
