/** The bounded tables of the data plane: the closed list behind the label `table`. */
export const Table = {
  CLIENT_TRANSACTIONS: 0,
  SERVER_TRANSACTIONS: 1,
  DIALOGS: 2,
  ATTEMPTS: 3,
  REGISTRATIONS: 4,
  REGISTRATION_ATTEMPTS: 5,
  PROXY_HOPS: 6,
  APP_CONNECTIONS: 7,
  FLOWS: 8,
  FRAGMENTS: 9,
  TCP_STREAMS: 10,
  SCTP_ASSOCIATIONS: 11,
  DUPLICATES: 12,
  RESPONSES: 13,
} as const;
export type Table = (typeof Table)[keyof typeof Table];
export const TABLE_NAMES: readonly string[] = [
  'client_transactions',
  'server_transactions',
  'dialogs',
  'attempts',
  'registrations',
  'registration_attempts',
  'proxy_hops',
  'app_connections',
  'flows',
  'fragments',
  'tcp_streams',
  'sctp_associations',
  'duplicates',
  'responses',
];

/** Rows, capacity and evictions of one table, as `sipgauge_table_*` shows them. */
export interface TableUse {
  readonly table: Table;
  readonly rows: number;
  readonly capacity: number;
  readonly evictions: number;
}
