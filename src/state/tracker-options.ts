/** Timers of RFC 3261 Table 4, and the limits of the state tables. All times in microseconds of packet time. */
export const T1_US = 500_000;
export const T4_US = 5_000_000;
/** Timers B, F, H, J, L and M. */
export const SIXTY_FOUR_T1_US: number = 64 * T1_US;
/** RFC 3261 16.6 step 11: more than three minutes after the last provisional response. */
export const TIMER_C_US = 180_000_000;
/** What a registrar grants when nobody says anything (RFC 3261 10.2.1.1 leaves it open; METRICS.md fixes it). */
export const EXPIRES_DEFAULT_SECONDS = 3600;

export interface TrackerOptions {
  /** Seeds the hashes: fixed in a replay, random per process when live. Never decides anything visible. */
  readonly seed: number;
  /** How long after its last message a transaction is remembered, to tell a retransmission. */
  readonly matchLingerUs: number;
  /** How long a challenge may wait for its retry before it is the attempt's result. */
  readonly retryWaitUs: number;
  /** An INVITE in Proceeding, and an attempt without a final, live at most this long. */
  readonly inviteMaxAgeUs: number;
  readonly dialogMaxAgeUs: number;
  /** An application connection without a packet for so long is forgotten; 0 = never. */
  readonly appIdleUs: number;
  /** Forwarded requests are matched even when the received Via is not below ours. */
  readonly topologyHiding: boolean;
  /** Rows per role. */
  readonly transactionsMax: number;
  readonly dialogsMax: number;
  readonly attemptsMax: number;
  readonly registrationsMax: number;
  readonly registrationAttemptsMax: number;
  readonly appConnectionsMax: number;
}
