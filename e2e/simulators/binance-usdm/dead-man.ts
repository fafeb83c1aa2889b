/** The countdowns after which all orders of a symbol are cancelled. */
export class DeadMan {
  /** When each fires, ms. */
  private readonly firesAt = new Map<string, number>();

  /** @param countdownMs 0 stops it. */
  set(symbol: string, countdownMs: number, nowMs: number): void {
    if (countdownMs === 0) this.firesAt.delete(symbol);
    else this.firesAt.set(symbol, nowMs + countdownMs);
  }

  /** The symbols whose countdown has run out; each fires once. */
  due(nowMs: number): string[] {
    const due = [...this.firesAt].filter(([, atMs]) => nowMs >= atMs).map(([symbol]) => symbol);
    for (const symbol of due) this.firesAt.delete(symbol);
    return due;
  }

  /** The symbols with a countdown, or only `symbol` if it has one. */
  armed(symbol: string | undefined): string[] {
    return [...this.firesAt.keys()].filter((candidate) => symbol === undefined || candidate === symbol);
  }

  firesInMs(symbol: string, nowMs: number): number | null {
    const atMs = this.firesAt.get(symbol);
    return atMs === undefined ? null : atMs - nowMs;
  }
}
