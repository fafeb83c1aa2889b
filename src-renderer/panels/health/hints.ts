/** What the desk's figures about itself mean, in plain language; by the names that the desk gives them. */

type Hints = Readonly<Record<string, string>>;

export const STAGE_HINTS: Hints = {
  book: 'From a market frame until it is in the order book.',
  intent: 'From a market frame until a strategy wants an order.',
  gate: 'From what a strategy wants until the pre-trade gate has decided.',
  durable: 'From what a strategy wants until the journal has it on disk. High: the disk is slow.',
  released: 'From the disk until the order has left the desk. High: the loop is busy.',
  commit: 'One write of the journal to the disk. High: the disk is busy with something else, or failing.',
};

export const QUEUE_HINTS: Hints = {
  journal: 'Records that wait for the disk. Full: the desk stops trading, it never drops one.',
  ticks: 'Market frames that wait to be recorded. Full: frames are dropped, trading goes on.',
  outbox: 'Orders that wait until the journal has them on disk.',
};

export const COUNTER_HINTS: Hints = {
  inputs: 'Everything that came in: market frames, reports, commands, timers. Stands still: the venues are silent.',
  'market frames': 'What the venues sent about their markets.',
  facts: 'What became true: orders, fills, modes, alerts.',
  gaps: "Breaks in a venue's sequence of updates. Many: the network loses data.",
  resyncs: 'Books proven anew after a gap.',
  'orders sent': 'Orders that left the desk.',
  'orders blocked': 'Orders that the last door kept back after the gate had let them pass.',
  fills: 'Executions that the venues reported.',
  commits: 'Writes of the journal to the disk. Stands still while facts grow: the disk hangs.',
  'ticks dropped': 'Market frames that were not recorded: an exact replay ends at the first of them.',
};

export const LOOP_HINT =
  "How late the desk's loop was in the last second. High: something computes too long in one turn.";
export const UTILISATION_HINT = 'Share of time in which the loop was busy. Above 70 %: no reserve for a busy market.';
export const RESIDENT_HINT = "Memory of the desk's process.";
export const HEAP_HINT = 'Memory that JavaScript holds, of the most it may. At the limit the process ends.';
export const WINDOWS_HINT = 'Windows that look at this desk now.';
export const UPTIME_HINT = 'How long the process has run. Small, and nobody restarted it: it crashed.';
