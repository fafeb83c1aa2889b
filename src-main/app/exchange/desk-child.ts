/** A desk as far as the exchange knows, for the tests: places an order, and lives until it is killed. `node desk-child.ts DIR SPEED` */
import { placing } from '../../edge/venues/fixtures.ts';
import { SimulatedExchangeLink } from '../../edge/venues/simulated-exchange-link.ts';
import { CANONICAL } from '../canonical-codec.ts';
import { localSocket } from '../local-socket.ts';
import { INSTRUMENTS, textOf } from './fixtures.ts';
import { ensureExchange } from './spawn-exchange.ts';

const [directory = '', speed = '1'] = process.argv.slice(2);
await ensureExchange({ directory, speed: Number(speed), seed: 1, lingerSeconds: 60 });
const link = await SimulatedExchangeLink.connect({
  path: localSocket(directory, 'exchange'),
  codec: CANONICAL,
  instruments: INSTRUMENTS,
  onInput: (input) => {
    if (input.kind === 'order-report') console.log(textOf(input));
  },
  onLink: () => {},
});
link.send(placing('left-behind'));
