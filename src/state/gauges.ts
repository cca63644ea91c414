/** The gauges of METRICS.md, counted from the tables as they stand at `nowUs` on the packet clock. */
import { float64At, uint8At } from '../core/columns.ts';
import { Direction } from '../direction/direction.ts';
import { Method } from '../sip-parser/method.ts';
import { DialogRole, DialogState } from './dialog-table.ts';
import type { StateGauges } from './state-gauges.ts';
import type { StateTables } from './state-tables.ts';
import { isOpen } from './transaction-machines.ts';
import { TransactionFlag, type Transactions } from './transactions.ts';

export function readGauges(tables: StateTables, nowUs: number, peers: number): StateGauges {
  const { client, server, dialogs, registrations } = tables;
  const gauges: StateGauges = {
    clientTransactions: countAlive(client, nowUs),
    serverTransactions: countAlive(server, nowUs),
    dialogs: 0,
    stableInbound: 0,
    stableOutbound: 0,
    proxyCores: countProxyCores(server, nowUs),
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

function countAlive(table: Transactions, nowUs: number): number {
  let alive = 0;
  for (let row = 0; row < table.slab.highWater; row++) {
    if (table.isAlive(row, nowUs)) alive++;
  }
  return alive;
}

/** Initial INVITEs received and forwarded whose final response has not gone back yet. */
function countProxyCores(server: Transactions, nowUs: number): number {
  let cores = 0;
  for (let row = 0; row < server.slab.highWater; row++) {
    if (!server.isAlive(row, nowUs) || server.method[row] !== Method.INVITE) continue;
    const forwarded = server.hasFlag(row, TransactionFlag.FORWARDED);
    const initial = !server.hasFlag(row, TransactionFlag.IN_DIALOG);
    if (forwarded && initial && isOpen(uint8At(server.state, row))) cores++;
  }
  return cores;
}

function countDialogs(tables: StateTables, gauges: StateGauges): void {
  const { table } = tables.dialogs;
  const { dialogsByRoleState } = gauges;
  for (let row = 0; row < table.slab.highWater; row++) {
    if (!table.isUp(row)) continue;
    const role = uint8At(table.role, row);
    const confirmed = table.state[row] === DialogState.CONFIRMED;
    const cell = role * 2 + (confirmed ? 1 : 0);
    dialogsByRoleState[cell] = float64At(dialogsByRoleState, cell) + 1;
    if (role === DialogRole.PROXY) continue;
    gauges.dialogs++;
    if (!confirmed) continue;
    if (table.direction[row] === Direction.IN) gauges.stableInbound++;
    else gauges.stableOutbound++;
  }
}
