/** What a window is opened in, and why. */
export type Shell = { readonly kind: 'electron'; readonly binary: string; readonly why: string } | BrowserShell;

export type BrowserShell =
  /** A browser's own window, without address bar and tabs. */
  | { readonly kind: 'app-mode'; readonly browser: string; readonly why: string }
  /** Whatever the system opens addresses with; the address is the command's last argument. */
  | { readonly kind: 'default-browser'; readonly command: readonly string[]; readonly why: string }
  | { readonly kind: 'address'; readonly why: string };

/** Electron's program, or in words why there is none. */
export type ElectronFound = { readonly binary: string } | { readonly absent: string };

/** What the choice depends on, of the machine that it is made for. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
  /** Looks for Electron, or fetches it. It may take its time. */
  readonly electron: () => Promise<ElectronFound>;
  /** The path of a Chrome, Chromium or Edge. */
  readonly browser: () => string | null;
  /** The path of a program on PATH. */
  readonly onPath: (name: string) => string | null;
}

/** Chooses what the window opens in: Electron, else a browser, as {@link chooseBrowser} does. */
export async function chooseShell(machine: Machine): Promise<Shell> {
  const unseen = whyUnseen(machine);
  if (unseen !== null) return { kind: 'address', why: unseen };
  const electron = await machine.electron();
  if ('binary' in electron) return { kind: 'electron', binary: electron.binary, why: 'it is installed' };
  return chooseBrowser(machine, electron.absent);
}

/**
 * A browser's own window, else the default browser, else the address alone.
 * @param absent why it is not Electron.
 */
export function chooseBrowser(machine: Machine, absent: string): BrowserShell {
  const unseen = whyUnseen(machine);
  if (unseen !== null) return { kind: 'address', why: unseen };
  const browser = machine.browser();
  if (browser !== null) return { kind: 'app-mode', browser, why: absent };
  const why = `${absent}, and no Chrome, Chromium or Edge was found`;
  const command = openCommand(machine);
  return command === null
    ? { kind: 'address', why: `${why}, nor a way to open a browser` }
    : { kind: 'default-browser', command, why };
}

/** The one line that tells the choice. */
export function describeShell(shell: Shell): string {
  switch (shell.kind) {
    case 'electron':
      return `The window opens in Electron: ${shell.why}.`;
    case 'app-mode':
      return `The window opens in ${shell.browser}: ${shell.why}.`;
    case 'default-browser':
      return `The window opens in the default browser: ${shell.why}.`;
    case 'address':
      return `Open the window in a browser at the address below: ${shell.why}.`;
  }
}

/** Why nothing can be opened here that anybody would see; null where it can. */
function whyUnseen({ platform, env, isRoot }: Machine): string | null {
  if (isSet(env.CI)) return 'this is a CI machine';
  if (platform !== 'linux') return null;
  if (!isSet(env.DISPLAY) && !isSet(env.WAYLAND_DISPLAY)) return 'there is no display';
  // Chromium refuses to run as root with its sandbox, and without it a page could do anything.
  return isRoot ? 'browsers do not run safely as root' : null;
}

function openCommand({ platform, onPath }: Machine): readonly string[] | null {
  if (platform === 'darwin') return ['open'];
  // The first argument in quotes would be the title of a console window.
  if (platform === 'win32') return ['cmd', '/c', 'start', ''];
  const opener = onPath('xdg-open');
  return opener === null ? null : [opener];
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && variable !== '' && variable !== '0' && variable !== 'false';
}
