import { type Event, protocol, type Session, type WebContents } from 'electron';
import type { StaticFiles } from '../../edge/window/static-files.ts';
import { HOST, ORIGIN, SCHEME } from './names.ts';

/** Makes `interlock://desk` an origin as a web server's is one. Only before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Answers `interlock://desk/…` from memory, and nothing else under that scheme. */
export function serveFiles(files: StaticFiles): void {
  protocol.handle(SCHEME, ({ url, method }) => {
    const { host, pathname } = new URL(url);
    const file = host === HOST && method === 'GET' ? files.answer(pathname) : undefined;
    if (file === undefined) return new Response('there is no such file\n', { status: 404 });
    return new Response(file.body, { headers: file.headers });
  });
}

/** No permission is ever granted, and nothing is loaded that is not the desk's own. */
export function confineSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, grant) => grant(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !url.startsWith(`${ORIGIN}/`) }));
}

/** A page stays the page it is: it opens no other, and becomes no other. */
export function confineContents(contents: WebContents): void {
  const prevent = (event: Pick<Event, 'preventDefault'>): void => event.preventDefault();
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-navigate', prevent);
  contents.on('will-frame-navigate', prevent);
  contents.on('will-redirect', prevent);
  contents.on('will-attach-webview', prevent);
}
