import type { Socket } from 'node:net';

/** Work of one turn of the event loop, after which others have theirs. */
const TURN_MS = 1;

interface LineHandler {
  /** One line, without its end. */
  line(text: string): void;
  /** The line under way is longer than the limit. */
  oversized(limitChars: number): void;
  /** The connection is closed, and every line that it brought was handed on. */
  closed(): void;
}

/**
 * Cuts what a socket receives into lines. A turn of the event loop takes about a millisecond of them and leaves the rest to the
 * next one; meanwhile the socket is paused, so that at most one chunk and one line are held.
 */
export class LineReader {
  private readonly socket: Socket;
  private readonly handler: LineHandler;
  private readonly limitChars: number;
  private text = '';
  private offset = 0;
  private isLater = false;
  private isClosed = false;
  private isStopped = false;

  constructor(socket: Socket, handler: LineHandler, limitChars: number) {
    this.socket = socket;
    this.handler = handler;
    this.limitChars = limitChars;
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      this.text += chunk;
      if (!this.isLater) this.work();
    });
    socket.on('close', () => {
      this.isClosed = true;
      if (!this.isLater) this.work();
    });
  }

  /** The handler hears of nothing any more. */
  stop(): void {
    this.isStopped = true;
  }

  private readonly work = (): void => {
    this.isLater = false;
    const endMs = performance.now() + TURN_MS;
    while (!this.isStopped) {
      const end = this.text.indexOf('\n', this.offset);
      const lengthChars = (end < 0 ? this.text.length : end) - this.offset;
      if (lengthChars > this.limitChars) {
        this.handler.oversized(this.limitChars);
        return;
      }
      if (end < 0) {
        this.waitForMore();
        return;
      }
      const line = this.text.slice(this.offset, end);
      this.offset = end + 1;
      this.handler.line(line);
      if (performance.now() >= endMs) {
        this.isLater = true;
        this.socket.pause();
        setImmediate(this.work);
        return;
      }
    }
  };

  private waitForMore(): void {
    this.text = this.text.slice(this.offset);
    this.offset = 0;
    if (this.isClosed) this.handler.closed();
    else if (this.socket.isPaused()) this.socket.resume();
  }
}
