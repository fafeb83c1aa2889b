import { SerialPort } from 'serialport';
import { type SwitchPort, SwitchPortError, type SwitchPortHandlers } from './switch-port.ts';

const BAUD_RATE = 115_200;

/** USB bridges on boards of the Arduino Nano class, `vendor:product`. The udev rule in assets/udev has the same. */
const USB_IDS = new Map([
  ['0403:6001', 'FTDI FT232R'],
  ['1a86:7523', 'WCH CH340'],
  ['10c4:ea60', 'Silicon Labs CP210x'],
  ['2341:0043', 'Arduino Uno'],
]);

export interface FoundPort {
  readonly path: string;
  /** Of the USB bridge, for people. */
  readonly bridge: string;
  readonly serialNumber: string | null;
}

/**
 * Serial ports whose USB bridge could belong to a kill switch. Only HELLO tells whether one does.
 * @throws SwitchPortError saying why the system does not list its ports.
 */
export async function findSwitchPorts(): Promise<readonly FoundPort[]> {
  const ports = await SerialPort.list().catch((error: Error) => {
    throw new SwitchPortError(error.message);
  });
  return ports.flatMap(({ path, vendorId, productId, serialNumber }) => {
    const bridge = USB_IDS.get(`${vendorId}:${productId}`.toLowerCase());
    return bridge === undefined ? [] : [{ path, bridge, serialNumber: serialNumber ?? null }];
  });
}

/**
 * Opens a serial port for nobody else. @throws SwitchPortError when it is held by another program, missing, or not allowed.
 */
export async function openSerialPort(path: string, { onBytes, onClosed }: SwitchPortHandlers): Promise<SwitchPort> {
  // `hupcl` would drop DTR when this desk closes the port, which resets a board whose reset trace is not cut.
  const port = new SerialPort({ path, baudRate: BAUD_RATE, lock: true, hupcl: false, autoOpen: false });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  port.open((error) => (error === null ? resolve() : reject(new SwitchPortError(whyNot(path, error.message)))));
  await promise;

  let isClosed = false;
  const gone = (why: string) => {
    if (isClosed) return;
    isClosed = true;
    onClosed(why);
  };
  port.on('data', onBytes);
  port.on('error', (error) => {
    gone(error.message);
    if (port.isOpen) port.close();
  });
  port.on('close', (error: Error | null) => gone(error?.message ?? 'the port was closed'));
  return {
    name: path,
    write: (bytes) => {
      if (!isClosed) port.write(bytes);
    },
    close: () => {
      isClosed = true;
      return new Promise((done) => (port.isOpen ? port.close(() => done()) : done()));
    },
  };
}

function whyNot(path: string, message: string): string {
  if (/lock|busy|access denied/i.test(message)) {
    return `${path} is held by another program: close it (another desk, a serial monitor), then start again`;
  }
  if (/permission|EACCES/i.test(message)) {
    return `${path} may not be opened by this user: install assets/udev/60-interlock-killswitch.rules and plug the switch in again`;
  }
  if (/no such file|ENOENT|file not found/i.test(message))
    return `${path} is not there: plug the switch in, or name another port`;
  return `${path} cannot be opened: ${message}`;
}
