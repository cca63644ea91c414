/** What a 2xx to REGISTER says of the AOR's bindings (METRICS.md "Registrations", RFC 3261 10.2.4 and 10.3). */
import { float64At, int32At } from '../core/columns.ts';
import { Direction } from '../direction/direction.ts';
import { CONTACTS_MAX } from '../sip-parser/message.ts';
import type { Arrival } from './arrival.ts';
import { Role } from './observer.ts';
import type { StateTables } from './state-tables.ts';

/** Replaces the AOR's set by the response's contacts; without any, by what the request asked for. */
export function replaceBindings(
  tables: StateTables,
  role: Role,
  row: number,
  arrival: Arrival,
): void {
  const { registrations } = tables;
  const asked = tables.asked(role);
  const { message } = arrival;
  const aorLo = int32At(asked.aorLo, row);
  const aorHi = int32At(asked.aorHi, row);
  const direction = role === Role.SERVER ? Direction.IN : Direction.OUT;
  registrations.beginReplace();
  for (let i = 0; i < message.contactCount; i++) {
    registrations.loadContact(arrival.buf, message, i);
    let seconds = float64At(message.contactExpires, i);
    if (seconds < 0) seconds = message.expires;
    if (seconds < 0) seconds = asked.askedFor(row, registrations.lo, registrations.hi);
    if (seconds > 0) registrations.set(aorLo, aorHi, direction, arrival.nowUs, seconds);
  }
  if (message.contactCount === 0) {
    let cell = asked.firstCell(row);
    for (let i = 0; cell >= 0 && i < CONTACTS_MAX; i++) {
      registrations.lo = int32At(asked.contactLo, cell);
      registrations.hi = int32At(asked.contactHi, cell);
      const granted = message.expires < 0 ? float64At(asked.seconds, cell) : message.expires;
      if (float64At(asked.seconds, cell) > 0 && granted > 0) {
        registrations.set(aorLo, aorHi, direction, arrival.nowUs, granted);
      }
      cell = asked.nextCell(cell);
    }
  }
  registrations.endReplace(aorLo, aorHi, direction);
}
