/** What a 2xx to REGISTER says of the AOR's bindings (METRICS.md "Registrations", RFC 3261 10.2.4 and 10.3). */
import { float64At, int32At } from '../core/columns.ts';
import { Direction } from '../direction/direction.ts';
import { CONTACTS_MAX } from '../sip-parser/message.ts';
import { hasParameterConflict } from '../sip-parser/parameter-conflict.ts';
import type { Arrival } from './arrival.ts';
import { Role } from './observer.ts';
import { isOutbound, type Registrations } from './registrations.ts';
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
    if (registrations.isSet(aorLo, aorHi, direction) && isRepeated(registrations, arrival, i)) {
      continue;
    }
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
      const repeated = registrations.isSet(aorLo, aorHi, direction);
      if (float64At(asked.seconds, cell) > 0 && granted > 0 && !repeated) {
        registrations.set(aorLo, aorHi, direction, arrival.nowUs, granted);
      }
      cell = asked.nextCell(cell);
    }
  }
  registrations.endReplace(aorLo, aorHi, direction);
}

/**
 * Is the contact, of whose identity the set holds one already, that one once more? Not if a parameter that both
 * have tells them apart (RFC 3261 19.1.4): then they are two bindings. Its identity is loaded, before and after.
 */
function isRepeated(registrations: Registrations, arrival: Arrival, index: number): boolean {
  const { buf, message } = arrival;
  const { contacts } = message;
  const { lo, hi } = registrations;
  const start = int32At(contacts, 4 * index);
  const end = start + int32At(contacts, 4 * index + 1);
  let repeated = false;
  for (let i = 0; i < index && !repeated; i++) {
    registrations.loadContact(buf, message, i);
    if (registrations.lo !== lo || registrations.hi !== hi) continue;
    const earlier = int32At(contacts, 4 * i);
    const earlierEnd = earlier + int32At(contacts, 4 * i + 1);
    const outbound = isOutbound(message, i) && isOutbound(message, index);
    repeated = outbound || !hasParameterConflict(buf, start, end, earlier, earlierEnd);
  }
  registrations.lo = lo;
  registrations.hi = hi;
  return repeated;
}
