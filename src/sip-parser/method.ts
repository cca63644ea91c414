/** SIP methods (RFC 3261, 3262, 3265/6665, 3311, 3428, 3515, 3903, 6086): case-sensitive, everything else is OTHER. */
export const Method = {
  OTHER: 0,
  INVITE: 1,
  ACK: 2,
  BYE: 3,
  CANCEL: 4,
  OPTIONS: 5,
  REGISTER: 6,
  PRACK: 7,
  SUBSCRIBE: 8,
  NOTIFY: 9,
  PUBLISH: 10,
  INFO: 11,
  REFER: 12,
  MESSAGE: 13,
  UPDATE: 14,
} as const;
export type Method = (typeof Method)[keyof typeof Method];

/** Label values, indexed by Method. */
export const METHOD_NAMES: readonly string[] = [
  'other',
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'REGISTER',
  'PRACK',
  'SUBSCRIBE',
  'NOTIFY',
  'PUBLISH',
  'INFO',
  'REFER',
  'MESSAGE',
  'UPDATE',
];
