import { expect, it } from 'vitest';
import type { InstrumentId } from '../../../src-shared/domain/instrument.ts';
import type { ClientOrderId, Order } from '../../../src-shared/domain/order.ts';
import { addsRisk, type Effect } from './effect.ts';

it('only placing and replacing orders wait for the journal', () => {
  const clientOrderId = '00000000000000000000000000000001' as ClientOrderId;
  const instrument = 0 as InstrumentId;
  const order = { clientOrderId, instrument } as Order;
  const effects: Effect[] = [
    { kind: 'place-order', order },
    { kind: 'replace-order', target: clientOrderId, order },
    { kind: 'cancel-order', clientOrderId, instrument },
    { kind: 'query-order', clientOrderId, instrument },
    { kind: 'request-snapshot', instrument },
  ];
  expect(effects.filter(addsRisk).map(({ kind }) => kind)).toEqual(['place-order', 'replace-order']);
});
