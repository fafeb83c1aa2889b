import { findSwitchPorts } from '../../edge/killswitch/serial-port.ts';
import { KillSwitchError } from './switch-files.ts';

/** The port of the one switch that is plugged in. @throws KillSwitchError when there is none, or more than one. */
export async function findSwitch(): Promise<string> {
  const found = await findSwitchPorts().catch((error: Error) => {
    throw new KillSwitchError(`the serial ports cannot be listed (${error.message}): name one with --switch PORT`);
  });
  const [only, ...others] = found;
  if (only === undefined) {
    throw new KillSwitchError('no kill switch is plugged in: plug it in, or name its port with --switch PORT');
  }
  if (others.length === 0) return only.path;
  const named = found.map(({ path, bridge }) => `${path} (${bridge})`).join(', ');
  throw new KillSwitchError(`several devices could be the kill switch: ${named}. Name one with --switch PORT`);
}
