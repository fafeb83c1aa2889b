/**
 * The simulated Binance USD-M in a process of its own, without limits on how much is asked of it: a bench asks more in a minute than a
 * desk may. Its first line says where it is, and the key of its account; it ends with its standard input.
 */
import { randomBytes } from 'node:crypto';
import { HttpServer } from '../e2e/simulators/binance-usdm/http-server.ts';
import { Simulator } from '../e2e/simulators/binance-usdm/simulator.ts';

const NO_LIMIT = 10_000_000;
const SEED = 1;
const KEY_BYTES = 32;

const word = (): string => randomBytes(KEY_BYTES).toString('hex');
const keys = { key: word(), secret: word() };
const limits = { weightPerMinute: NO_LIMIT, ordersPer10Seconds: NO_LIMIT, ordersPerMinute: NO_LIMIT };
const simulator = new Simulator({ keys, seed: SEED, limits });
const server = await HttpServer.start(simulator, 0, null);
simulator.start();
const host = `127.0.0.1:${server.port}`;
const endpoints = { rest: `http://${host}`, streams: `ws://${host}`, orders: `ws://${host}/ws-fapi/v1` };
console.log(JSON.stringify({ endpoints, apiKey: keys }));
process.stdin.on('end', () => process.exit()).resume();
