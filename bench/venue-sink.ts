/** A process that reads what is sent to it, and does nothing with it. Its first line is its port; it ends with its standard input. */
import { type AddressInfo, createServer } from 'node:net';

const server = createServer((socket) => socket.on('error', () => socket.destroy()).resume());
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.on('end', () => process.exit()).resume();
