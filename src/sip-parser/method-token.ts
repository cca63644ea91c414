/** Which method a token names (RFC 3261 7.1: case-sensitive). */
import { Method } from './method.ts';
import { wordFrom } from './words.ts';

const ACK = wordFrom('ACK\0');
const BYE = wordFrom('BYE\0');
const INFO = wordFrom('INFO');
const PRAC = wordFrom('PRAC');
const RACK = wordFrom('RACK');
const REFE = wordFrom('REFE');
const EFER = wordFrom('EFER');
const INVI = wordFrom('INVI');
const VITE = wordFrom('VITE');
const CANC = wordFrom('CANC');
const NCEL = wordFrom('NCEL');
const NOTI = wordFrom('NOTI');
const TIFY = wordFrom('TIFY');
const UPDA = wordFrom('UPDA');
const DATE = wordFrom('DATE');
const OPTI = wordFrom('OPTI');
const IONS = wordFrom('IONS');
const PUBL = wordFrom('PUBL');
const LISH = wordFrom('LISH');
const MESS = wordFrom('MESS');
const SAGE = wordFrom('SAGE');
const REGI = wordFrom('REGI');
const STER = wordFrom('STER');
const SUBS = wordFrom('SUBS');
const CRIB = wordFrom('CRIB');
const LETTER_E = 69;

/** The method of the `length` bytes at `start`, which are there; OTHER when it is none of ours. */
export function methodOf(words: DataView, start: number, length: number): Method {
  if (length === 3) return methodOfThree(words, start);
  if (length < 4 || length > 9) return Method.OTHER;
  const first = words.getInt32(start, true);
  const last = words.getInt32(start + length - 4, true);
  switch (length) {
    case 4:
      return first === INFO ? Method.INFO : Method.OTHER;
    case 5:
      if (first === PRAC && last === RACK) return Method.PRACK;
      return first === REFE && last === EFER ? Method.REFER : Method.OTHER;
    case 6:
      return methodOfSix(first, last);
    case 7:
      if (first === OPTI && last === IONS) return Method.OPTIONS;
      if (first === MESS && last === SAGE) return Method.MESSAGE;
      return first === PUBL && last === LISH ? Method.PUBLISH : Method.OTHER;
    case 8:
      return first === REGI && last === STER ? Method.REGISTER : Method.OTHER;
    default:
      return isSubscribe(words, start, first) ? Method.SUBSCRIBE : Method.OTHER;
  }
}

function methodOfThree(words: DataView, start: number): Method {
  const word = words.getUint16(start, true) | (words.getUint8(start + 2) << 16);
  if (word === ACK) return Method.ACK;
  return word === BYE ? Method.BYE : Method.OTHER;
}

function methodOfSix(first: number, last: number): Method {
  if (first === INVI && last === VITE) return Method.INVITE;
  if (first === CANC && last === NCEL) return Method.CANCEL;
  if (first === NOTI && last === TIFY) return Method.NOTIFY;
  return first === UPDA && last === DATE ? Method.UPDATE : Method.OTHER;
}

function isSubscribe(words: DataView, start: number, first: number): boolean {
  return (
    first === SUBS &&
    words.getInt32(start + 4, true) === CRIB &&
    words.getUint8(start + 8) === LETTER_E
  );
}
