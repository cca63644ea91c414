/** Options that say what is measured and how much may be kept in mind for it. */
import { CHECKING, type Option, type ValueKind } from './option.ts';

const MEASURED: readonly Option[] = [
  {
    name: 'local',
    kind: 'endpoint',
    placeholder: 'IP[/N][:PORT]',
    many: true,
    commands: [...CHECKING, 'doctor', 'report'],
    group: 'What is measured',
    text: 'an address of the local side: IP, CIDR, IP:port or CIDR:port; IPv6 with a port in []. Default: the interfaces’ own addresses, or for a file the one that takes part in most messages',
  },
  {
    name: 'app-port',
    kind: 'integer',
    placeholder: 'PORT',
    fallback: '9022',
    min: 1,
    max: 65_535,
    commands: CHECKING,
    group: 'What is measured',
    text: 'TCP port of the local side on which applications connect (drachtio)',
  },
  {
    name: 'peer',
    kind: 'peer',
    placeholder: 'NAME=CIDR[,CIDR…]',
    many: true,
    commands: [...CHECKING, 'report'],
    group: 'What is measured',
    reloadable: true,
    text: 'a name for the remote side in these networks; the longest prefix wins, the rest is "other"',
  },
  {
    name: 'topology-hiding',
    kind: 'flag',
    placeholder: '',
    fallback: 'false',
    commands: CHECKING,
    group: 'What is measured',
    text: 'the local proxy removes the Vias it received: match forwarded requests without them',
  },
];

interface LimitOfTime {
  readonly name: string;
  readonly fallback: string;
  readonly max: number;
  readonly text: string;
}

const DAY_SECONDS = 86_400;

const TIMES: readonly LimitOfTime[] = [
  {
    name: 'match-linger',
    fallback: '32s',
    max: 600,
    text: 'how long after its last message a transaction is remembered, to tell retransmissions',
  },
  {
    name: 'retry-wait',
    fallback: '32s',
    max: 600,
    text: 'how long a challenged INVITE or REGISTER may take to be tried again and still be one attempt',
  },
  {
    name: 'invite-max-age',
    fallback: '1h',
    max: DAY_SECONDS,
    text: 'how long an INVITE may go without a final response before it is called lost',
  },
  {
    name: 'dialog-max-age',
    fallback: '24h',
    max: 30 * DAY_SECONDS,
    text: 'how long a dialog may go without any request before it is counted as expired',
  },
  {
    name: 'app-idle',
    fallback: '0',
    max: 30 * DAY_SECONDS,
    text: 'how long a silent application connection is counted; 0 = for ever',
  },
];

interface LimitOfRows {
  readonly name: string;
  readonly fallback: string;
  readonly min: number;
  readonly max: number;
  readonly text: string;
}

const ROWS_MAX = 16_777_216;

const ROWS: readonly LimitOfRows[] = [
  {
    name: 'max-transactions',
    fallback: '262144',
    min: 1024,
    max: ROWS_MAX,
    text: 'transactions, client and server each',
  },
  { name: 'max-dialogs', fallback: '131072', min: 1024, max: ROWS_MAX, text: 'dialogs' },
  {
    name: 'max-attempts',
    fallback: '131072',
    min: 1024,
    max: ROWS_MAX,
    text: 'call attempts and registration attempts, each',
  },
  {
    name: 'max-registrations',
    fallback: '262144',
    min: 1024,
    max: ROWS_MAX,
    text: 'bindings of registrations',
  },
  {
    name: 'max-flows',
    fallback: '65536',
    min: 1024,
    max: ROWS_MAX,
    text: 'flows remembered for a local side given with ports',
  },
  {
    name: 'max-app-connections',
    fallback: '4096',
    min: 16,
    max: ROWS_MAX,
    text: 'application connections',
  },
  {
    name: 'max-tcp-streams',
    fallback: '16384',
    min: 16,
    max: 1_048_576,
    text: 'directions of TCP connections',
  },
  {
    name: 'max-sctp-associations',
    fallback: '1024',
    min: 16,
    max: 1_048_576,
    text: 'directions of SCTP associations',
  },
  {
    name: 'max-fragments',
    fallback: '4096',
    min: 16,
    max: 1_048_576,
    text: 'fragmented datagrams being put together',
  },
  {
    name: 'peers-max',
    fallback: '32',
    min: 1,
    max: 1000,
    text: 'peers with a name of their own; further ones are "other"',
  },
  {
    name: 'series-max',
    fallback: '10000',
    min: 1000,
    max: 1_000_000,
    text: 'series of labelled metrics; beyond, label sets go to "other"',
  },
];

function limit(row: LimitOfRows | LimitOfTime, kind: ValueKind, placeholder: string): Option {
  return { ...row, kind, placeholder, commands: CHECKING, group: 'Limits' };
}

const SIZES: readonly Option[] = [
  {
    name: 'stream-message-max',
    kind: 'size',
    placeholder: 'SIZE',
    fallback: '1MiB',
    min: 16_384,
    max: 67_108_864,
    commands: CHECKING,
    group: 'Limits',
    text: 'longest message on a stream; beyond it the stream looks for the next start line',
  },
  {
    name: 'memory-limit',
    kind: 'size',
    placeholder: 'SIZE',
    min: 67_108_864,
    max: 1_099_511_627_776,
    commands: CHECKING,
    group: 'Limits',
    text: 'resident memory to stay below: the tables’ limits are lowered in proportion until they fit',
  },
];

export const MEASURE_OPTIONS: readonly Option[] = [
  ...MEASURED,
  ...TIMES.map((row) => limit(row, 'duration', 'TIME')),
  ...ROWS.map((row) => limit(row, 'integer', 'N')),
  ...SIZES,
];
