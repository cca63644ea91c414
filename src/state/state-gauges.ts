/** What the tables say of this moment: read at scrape, never kept by adding and subtracting. */
export interface StateGauges {
  clientTransactions: number;
  serverTransactions: number;
  /** INVITE and SUBSCRIBE dialogs with the local side as an end, early or confirmed, one per fork. */
  dialogs: number;
  stableInbound: number;
  stableOutbound: number;
  proxyCores: number;
  registeredEndpoints: number;
  registrationsOut: number;
  appConnections: number;
  clientTransactionSlots: number;
  serverTransactionSlots: number;
  dialogSlots: number;
  /** [role uas=0|uac=1|proxy=2][early=0|confirmed=1] as role * 2 + state. */
  readonly dialogsByRoleState: Float64Array;
  /** Open attempts: [direction * peers + peer]. Re-allocated when the number of peers changes. */
  attemptsOpen: Float64Array;
}
