/**
 * Contact (RFC 3261 20.10; RFC 5626 11.1):
 *   Contact = ( "Contact" / "m" ) HCOLON ( STAR / ( contact-param *(COMMA contact-param) ) )
 * All are checked, the first CONTACTS_MAX kept with their expires, reg-id and instance. `q` is not read.
 */
import { readUint8 } from '../core/bytes.ts';
import {
  COMMA,
  GREATER_THAN,
  LESS_THAN,
  OPEN_PARENTHESIS,
  SEMICOLON,
  STAR,
  skipCommas,
} from './char-class.ts';
import { CONTACTS_MAX, type SipMessage } from './message.ts';
import { endOfComment, NameAddress, parseNameAddress } from './name-addr.ts';
import { NUMBER_TOO_LARGE, readNumber } from './number.ts';
import { Oddity } from './oddity.ts';
import { isNamed, Parameter, parameterName, parseParameter } from './parameter.ts';

const SECONDS_MAX = 0xffff_ffff;
const REG_ID_MAX = 0x7fff_ffff;

const EXPIRES = parameterName('expires');
const REG_ID = parameterName('reg-id');
const INSTANCE = parameterName('+sip.instance');

/** The parameters of the contact being read. */
class ContactParameters {
  expires = -1;
  regId = -1;
  instanceStart = -1;
  instanceEnd = -1;
  malformed = false;
}
const address = new NameAddress();
const parameter = new Parameter();
const contact = new ContactParameters();

/** Read a Contact header's value. False when it is unreadable. */
export function parseContact(
  buf: Uint8Array,
  start: number,
  end: number,
  message: SipMessage,
): boolean {
  if (end - start === 1 && readUint8(buf, start) === STAR) {
    message.contactStar = true;
    return true;
  }
  let i = skipCommas(buf, start, end);
  if (i === end) return false;
  while (i < end) {
    i = parseNameAddress(buf, i, end, address);
    if (i >= 0) i = parseContactParameters(buf, i, end);
    if (i < 0) return false;
    if (i < end && readUint8(buf, i) !== COMMA) return false;
    message.oddities |= address.oddities;
    if (contact.malformed) message.oddities |= 1 << Oddity.BAD_PARAMETER;
    keepContact(message);
    i = skipCommas(buf, i, end);
  }
  return true;
}

function resetParameters(): void {
  contact.expires = -1;
  contact.regId = -1;
  contact.instanceStart = -1;
  contact.instanceEnd = -1;
  contact.malformed = false;
}

function parseContactParameters(buf: Uint8Array, start: number, end: number): number {
  resetParameters();
  let i = start;
  while (i < end && readUint8(buf, i) === SEMICOLON) {
    i = parseParameter(buf, i, end, parameter);
    if (i < 0) return -1;
    if (parameter.isOdd) contact.malformed = true;
    if (parameter.valueStart >= 0) takeParameter(buf);
  }
  return i < end && readUint8(buf, i) === OPEN_PARENTHESIS ? endOfComment(buf, i, end) : i;
}

function takeParameter(buf: Uint8Array): void {
  const valueStart = parameter.valueStart;
  const valueEnd = parameter.valueEnd;
  if (contact.expires < 0 && isNamed(buf, parameter, EXPIRES)) {
    const seconds = readNumber(buf, valueStart, valueEnd);
    if (seconds < 0) contact.malformed = true;
    contact.expires = seconds === NUMBER_TOO_LARGE ? SECONDS_MAX : seconds;
  } else if (isNamed(buf, parameter, REG_ID)) {
    const regId = readNumber(buf, valueStart, valueEnd);
    if (regId < 0 || regId > REG_ID_MAX) contact.malformed = true;
    else contact.regId = regId;
  } else if (isNamed(buf, parameter, INSTANCE)) {
    takeInstance(buf, valueStart, valueEnd);
  }
}

/** instance-val is a URN in `<>` within the quotes (RFC 5626 11.1); the brackets are not kept. */
function takeInstance(buf: Uint8Array, valueStart: number, valueEnd: number): void {
  const bracketed =
    valueStart + 2 <= valueEnd &&
    readUint8(buf, valueStart) === LESS_THAN &&
    readUint8(buf, valueEnd - 1) === GREATER_THAN;
  contact.instanceStart = bracketed ? valueStart + 1 : valueStart;
  contact.instanceEnd = bracketed ? valueEnd - 1 : valueEnd;
}

function keepContact(message: SipMessage): void {
  const index = message.contactCount;
  if (index === CONTACTS_MAX) {
    message.contactsOverflow = true;
    return;
  }
  const column = 4 * index;
  message.contactCount = index + 1;
  message.contacts[column] = address.uriStart;
  message.contacts[column + 1] = address.uriEnd - address.uriStart;
  message.contacts[column + 2] = contact.instanceStart;
  message.contacts[column + 3] =
    contact.instanceStart < 0 ? -1 : contact.instanceEnd - contact.instanceStart;
  message.contactExpires[index] = contact.expires;
  message.contactRegId[index] = contact.regId;
}
