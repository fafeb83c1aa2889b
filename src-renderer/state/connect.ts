import { type Channel, type Connect, DESK_PORT_MESSAGE } from '../../src-shared/transport.ts';

/** What the preload script of the Electron window offers; absent in a browser. */
interface Bridge {
  /** Asks for a new pipe to the desk. It arrives as a message with {@link DESK_PORT_MESSAGE} and one port. */
  requestDesk(): void;
}

declare global {
  interface Window {
    readonly interlock?: Bridge;
  }
}

const PATIENCE_MS = 5_000;

/** The way from this window to its desk: Electron's message port where there is one, else the WebSocket that served the page. */
export function deskConnect(): Connect {
  const { interlock } = window;
  return interlock === undefined ? connectSocket : () => connectPort(interlock);
}

function connectSocket(): Promise<Channel> {
  const { protocol, host } = window.location;
  const socket = new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/ws`);
  const channel: Channel = {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => socket.close(),
    onText: () => {},
    onClose: () => {},
  };
  socket.addEventListener('message', ({ data }) => channel.onText(String(data)));
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(channel));
    socket.addEventListener('close', ({ reason, code }) => {
      const why = reason === '' ? `the connection ended (${code})` : reason;
      reject(new Error(why));
      channel.onClose(why);
    });
  });
}

function connectPort(bridge: Bridge): Promise<Channel> {
  const { promise, resolve, reject } = Promise.withResolvers<Channel>();
  const timer = setTimeout(() => {
    window.removeEventListener('message', arrived);
    reject(new Error('the desk gave no pipe'));
  }, PATIENCE_MS);
  function arrived({ source, data, ports }: MessageEvent): void {
    const [port] = ports;
    if (source !== window || data !== DESK_PORT_MESSAGE || port === undefined) return;
    window.removeEventListener('message', arrived);
    clearTimeout(timer);
    resolve(overPort(port));
  }
  window.addEventListener('message', arrived);
  bridge.requestDesk();
  return promise;
}

function overPort(port: MessagePort): Channel {
  const channel: Channel = {
    send: (text) => port.postMessage(text),
    close: () => port.close(),
    onText: () => {},
    onClose: () => {},
  };
  port.addEventListener('message', ({ data }) => channel.onText(String(data)));
  port.addEventListener('close', () => channel.onClose('the pipe to the desk ended'));
  port.start();
  return channel;
}
