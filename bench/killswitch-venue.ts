/** A simulated Binance USD-M that a bench may send as many orders as it likes; serves until its standard input ends. */
import { HttpServer } from '../e2e/simulators/binance-usdm/http-server.ts';
import { Simulator } from '../e2e/simulators/binance-usdm/simulator.ts';

const PLENTY = 10_000_000;
const keys = { key: 'a'.repeat(64), secret: 'b'.repeat(64) };
const limits = { weightPerMinute: PLENTY, ordersPer10Seconds: PLENTY, ordersPerMinute: PLENTY };
const simulator = new Simulator({ keys, seed: 1, limits });
const server = await HttpServer.start(simulator, 0, null);
simulator.start();
const host = `127.0.0.1:${server.port}`;
const endpoints = { rest: `http://${host}`, streams: `ws://${host}`, orders: `ws://${host}/ws-fapi/v1` };
console.log(JSON.stringify({ endpoints, apiKey: keys }));
process.stdin.on('end', () => process.exit()).resume();
