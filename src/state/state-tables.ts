/** All tables of state and the one wheel that drives them; a table's rows are numbered from its base. */
import { TimerWheel } from '../core/timer-wheel.ts';
import { AppConnections } from './app-connections.ts';
import { AskedBindings } from './asked-bindings.ts';
import { Calls } from './calls.ts';
import { Dialogs } from './dialogs.ts';
import { type Observer, Role } from './observer.ts';
import { ProxyHops } from './proxy-hops.ts';
import { RegistrationAttempts } from './registration-attempts.ts';
import { Registrations } from './registrations.ts';
import type { TrackerOptions } from './tracker-options.ts';
import { TransactionTimers } from './transaction-timers.ts';
import { Transactions } from './transactions.ts';

/** Contacts asked for by REGISTERs that wait for their answer. */
const ASKED_CELLS_MAX = 65_536;

export class StateTables {
  readonly options: TrackerOptions;
  readonly observer: Observer;
  readonly wheel: TimerWheel;
  readonly timers: TransactionTimers;
  readonly client: Transactions;
  readonly server: Transactions;
  readonly hops: ProxyHops;
  readonly calls: Calls;
  readonly registrationAttempts: RegistrationAttempts;
  readonly dialogs: Dialogs;
  readonly registrations: Registrations;
  readonly askedOut: AskedBindings;
  readonly askedIn: AskedBindings;
  readonly apps: AppConnections;

  constructor(options: TrackerOptions, observer: Observer) {
    this.options = options;
    this.observer = observer;
    const transactions = options.transactionsMax;
    const callsBase = 2 * transactions;
    const registrationAttemptsBase = callsBase + options.attemptsMax;
    const dialogsBase = registrationAttemptsBase + options.registrationAttemptsMax;
    const registrationsBase = dialogsBase + options.dialogsMax;
    const appsBase = registrationsBase + options.registrationsMax;
    const wheel = new TimerWheel(appsBase + options.appConnectionsMax);
    this.wheel = wheel;
    this.timers = new TransactionTimers(options, wheel);
    this.client = new Transactions(Role.CLIENT, transactions, 0);
    this.server = new Transactions(Role.SERVER, transactions, transactions);
    this.hops = new ProxyHops(this.server, options.topologyHiding);
    this.calls = new Calls(options, observer, wheel, callsBase);
    this.registrationAttempts = new RegistrationAttempts(
      options,
      observer,
      wheel,
      registrationAttemptsBase,
    );
    this.dialogs = new Dialogs(options, observer, wheel, dialogsBase);
    this.registrations = new Registrations(options, observer, wheel, registrationsBase);
    this.askedOut = new AskedBindings(transactions, ASKED_CELLS_MAX);
    this.askedIn = new AskedBindings(transactions, ASKED_CELLS_MAX);
    this.apps = new AppConnections(options, wheel, appsBase);
  }

  table(role: Role): Transactions {
    return role === Role.CLIENT ? this.client : this.server;
  }

  asked(role: Role): AskedBindings {
    return role === Role.CLIENT ? this.askedOut : this.askedIn;
  }

  /** Takes a transaction out, with all that hangs on its row. */
  removeTransaction(table: Transactions, row: number): void {
    this.timers.forget(table, row);
    this.asked(table.role).clear(row);
    if (table.role === Role.SERVER) this.hops.forget(row);
    table.remove(row);
  }

  /**
   * A new transaction row under a key whose chain begins with `first`, -1 when it is new; gives up the least
   * valuable row when there is no room.
   */
  addTransaction(
    table: Transactions,
    lo: number,
    hi: number,
    first: number,
    valueClass: number,
  ): number {
    const victim = table.rowToEvict();
    let head = first;
    if (victim >= 0) {
      this.removeTransaction(table, victim);
      table.evictions++;
      head = table.find(lo, hi);
    }
    const row = table.add(lo, hi, head, valueClass);
    this.timers.begin(table, row);
    if (head < 0) return row;
    const overflow = table.chainOverflow(row);
    if (overflow >= 0) {
      this.removeTransaction(table, overflow);
      table.evictions++;
    }
    return row;
  }
}
