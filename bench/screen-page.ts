/** What the screen bench runs within the page, as texts: the page is no module of ours. */

export interface ScreenFigures {
  readonly longTasks: number;
  readonly longestMs: number;
  /** Median over seconds. */
  readonly framesPerSecond: number;
}

/** `watch.begin()` and `watch.end()`: tasks of the renderer over 50 ms, and frames drawn in each second. */
export const WATCH = `
globalThis.watch = {
  tasks: [], frames: [], isOn: false,
  begin() { this.tasks = []; this.frames = []; this.isOn = true; },
  end() {
    this.isOn = false;
    const first = this.frames[0];
    const perSecond = new Map();
    for (const at of this.frames) {
      const second = Math.floor((at - first) / 1000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    const counts = [...perSecond.values()].slice(0, -1).sort((a, b) => a - b);
    return {
      longTasks: this.tasks.length,
      longestMs: Math.max(0, ...this.tasks),
      framesPerSecond: counts[Math.floor(counts.length / 2)],
    };
  },
};
new PerformanceObserver((list) => {
  if (watch.isOn) for (const { duration } of list.getEntries()) watch.tasks.push(duration);
}).observe({ type: 'longtask' });
requestAnimationFrame(function frame(at) {
  if (watch.isOn) watch.frames.push(at);
  requestAnimationFrame(frame);
});`;

/** `acts.shownMs`: from each press on Pause to the frame that shows it. `acts.resume()`: back to Normal, by a connection of its own. */
export const ACTS = `
(async () => {
  const socket = new WebSocket('ws://' + location.host + '/ws');
  let ref = 0, clock = null, operator = '';
  const call = (method, params) => socket.send(JSON.stringify({ t: 'call', ref: ++ref, method, params }));
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.t === 'welcome') {
      clock = { at: message.at, atMs: performance.now(), speed: message.speed };
      call('take-control', {});
    } else if (message.t === 'result' && message.result.operator) operator = message.result.operator.name;
  };
  await new Promise((resolve) => { socket.onopen = resolve; });
  socket.send(JSON.stringify({ t: 'hello', version: 1 }));
  let pressedMs = null;
  globalThis.acts = {
    shownMs: [],
    resume() {
      const issuedAt = Math.round(clock.at + (performance.now() - clock.atMs) * clock.speed * 1000);
      const life = 10_000_000 * clock.speed;
      call('command', {
        commandId: crypto.randomUUID(), operator, reason: 'bench', issuedAt, expiresAt: issuedAt + life,
        command: { type: 'set-mode', mode: 'normal' },
      });
    },
  };
  addEventListener('pointerdown', () => { pressedMs = performance.now(); }, true);
  new MutationObserver(() => {
    if (pressedMs === null || document.querySelector('.mode-banner strong').textContent !== 'Pause') return;
    const from = pressedMs;
    pressedMs = null;
    requestAnimationFrame(() => acts.shownMs.push(performance.now() - from));
  }).observe(document.querySelector('.mode-banner'), { subtree: true, childList: true, characterData: true });
  await new Promise((resolve) => setTimeout(resolve, 300));
})()`;
