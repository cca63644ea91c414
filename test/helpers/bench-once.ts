/** `--once`: a bench only shows that it still runs, as fast as it can; its numbers mean nothing then. */
export const once: boolean = process.argv.includes('--once');
