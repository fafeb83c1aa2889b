import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, figuresOfHeaders, figuresOfRateLimits, readRateLimits } from './rate-figures.ts';

const LISTED = [
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2400 },
  { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1200 },
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300 },
];

test("reads the venue's list of limits, under the names of the defaults", () => {
  const limits = readRateLimits(LISTED);
  expect(limits).toHaveLength(3);
  expect(limits).toEqual(expect.arrayContaining([...DEFAULT_LIMITS]));
  expect(
    readRateLimits([{ rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 61000 }]),
  ).toBeNull();
  expect(readRateLimits('nonsense')).toBeNull();
  expect(
    readRateLimits([null, { rateLimitType: 'ORDERS', interval: 'FORTNIGHT', intervalNum: 1, limit: 1 }]),
  ).toBeNull();
});

test('names the figures of headers and of answers as the limits are named', () => {
  const names = DEFAULT_LIMITS.map(({ name }) => name);
  const headers = {
    'content-type': 'application/json',
    'x-mbx-used-weight-1m': '41',
    'x-mbx-order-count-10s': '3',
    'x-mbx-order-count-1m': '9',
  };
  expect(figuresOfHeaders(headers)).toEqual([
    { name: names[0], count: 41 },
    { name: names[1], count: 3 },
    { name: names[2], count: 9 },
  ]);
  expect(figuresOfRateLimits(LISTED.map((limit, index) => ({ ...limit, count: index })))).toEqual([
    { name: names[0], count: 0 },
    { name: names[2], count: 1 },
    { name: names[1], count: 2 },
  ]);
});

test('leaves out what it cannot read', () => {
  expect(figuresOfHeaders({ 'x-mbx-used-weight-1m': '-4', 'x-mbx-used-weight': '7' })).toEqual([]);
  expect(figuresOfRateLimits([{ ...LISTED[0], count: 'many' }, 7, null])).toEqual([]);
  expect(figuresOfRateLimits(undefined)).toEqual([]);
});
