/** The gauges of METRICS.md, counted from the tables as they stand at `nowUs` on the packet clock. */
import { float64At, int32At, uint8At } from '../core/columns.ts';
import { Direction } from '../direction/direction.ts';
import { DIALOG_CELLS, DialogRole, DialogState, dialogCell } from './dialog-table.ts';
import type { StateGauges } from './state-gauges.ts';
import type { StateTables } from './state-tables.ts';
import type { Transactions } from './transactions.ts';

export function readGauges(tables: StateTables, nowUs: number, peers: number): StateGauges {
  const { client, server, dialogs, registrations } = tables;
  const serverSide = countServerSide(server, nowUs);
  const gauges: StateGauges = {
    clientTransactions: countAlive(client, nowUs),
    serverTransactions: serverSide.alive,
    dialogs: 0,
    stableInbound: 0,
    stableOutbound: 0,
    proxyCores: serverSide.proxyCores,
    registeredEndpoints: registrations.count(Direction.IN, nowUs),
    registrationsOut: registrations.count(Direction.OUT, nowUs),
    appConnections: tables.apps.count(),
    clientTransactionSlots: client.keys.slots,
    serverTransactionSlots: server.keys.slots,
    dialogSlots: dialogs.table.keys.slots,
    dialogsByRoleState: new Float64Array(6),
    attemptsOpen: new Float64Array(2 * peers),
  };
  countDialogs(tables, gauges);
  tables.calls.table.countOpen(gauges.attemptsOpen, peers);
  return gauges;
}

// One pass a table, over as few columns as will do: with a million rows each costs a millisecond or two, and
// a scrape must not hold up packets (test/bench/gauges.ts).

function countAlive(table: Transactions, nowUs: number): number {
  const { aliveUntilUs } = table;
  const rows = table.slab.highWater;
  let alive = 0;
  for (let row = 0; row < rows; row++) {
    if (float64At(aliveUntilUs, row) > nowUs) alive++;
  }
  return alive;
}

/** With them, initial INVITEs received and forwarded whose final response has not gone back yet. */
function countServerSide(
  server: Transactions,
  nowUs: number,
): { readonly alive: number; readonly proxyCores: number } {
  const { aliveUntilUs, proxyCores } = server;
  const rows = server.slab.highWater;
  let alive = 0;
  let cores = 0;
  for (let row = 0; row < rows; row++) {
    if (float64At(aliveUntilUs, row) <= nowUs) continue;
    alive++;
    cores += uint8At(proxyCores, row);
  }
  return { alive, proxyCores: cores };
}

const dialogCounts = new Int32Array(DIALOG_CELLS);

function countDialogs(tables: StateTables, gauges: StateGauges): void {
  dialogCounts.fill(0);
  tables.dialogs.table.count(dialogCounts);
  for (const way of [Direction.IN, Direction.OUT]) {
    for (const end of [DialogRole.UAS, DialogRole.UAC, DialogRole.PROXY]) {
      addDialogs(gauges, end, way);
    }
  }
}

function addDialogs(gauges: StateGauges, role: DialogRole, way: Direction): void {
  const { dialogsByRoleState } = gauges;
  const early = int32At(dialogCounts, dialogCell(way, role, DialogState.EARLY));
  const confirmed = int32At(dialogCounts, dialogCell(way, role, DialogState.CONFIRMED));
  const cell = role * 2;
  dialogsByRoleState[cell] = float64At(dialogsByRoleState, cell) + early;
  dialogsByRoleState[cell + 1] = float64At(dialogsByRoleState, cell + 1) + confirmed;
  if (role === DialogRole.PROXY) return;
  gauges.dialogs += early + confirmed;
  if (way === Direction.IN) gauges.stableInbound += confirmed;
  else gauges.stableOutbound += confirmed;
}
