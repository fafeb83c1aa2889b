/** What the main process and the page say to each other. The page's end is src-renderer/state/connect.ts. */

export const SCHEME = 'interlock';
export const HOST = 'desk';
export const ORIGIN = `${SCHEME}://${HOST}`;
/** From the page: it wants a pipe to the desk. */
export const REQUEST_DESK = 'interlock:request-desk';
