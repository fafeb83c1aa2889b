import type { MessagePort } from 'node:worker_threads';
import type { MessagePortMain } from 'electron';

/**
 * Carries what the page and the desk say to each other, unread, until either end is gone: a page that has crashed or was reloaded
 * is sent nothing more. @returns a function that ends it.
 */
export function relay(page: MessagePortMain, desk: MessagePort): () => void {
  const end = (): void => {
    page.close();
    desk.close();
  };
  page.on('message', ({ data }) => desk.postMessage(data));
  page.on('close', end);
  desk.on('message', (text: unknown) => page.postMessage(text));
  desk.on('close', end);
  page.start();
  return end;
}
