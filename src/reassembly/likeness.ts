/** Could these bytes be the beginning of something? MORE: so far yes, and more bytes are needed. */
export const Likeness = { MORE: 0, YES: 1, NO: 2 } as const;
export type Likeness = (typeof Likeness)[keyof typeof Likeness];
