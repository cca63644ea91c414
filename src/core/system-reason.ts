/** Why a system call failed, in words that an operator does not have to look up. */

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the other side closed the connection',
  EHOSTUNREACH: 'no way to that host',
  EISDIR: 'it is a directory',
  ELOOP: 'its symbolic links go round in circles',
  EMFILE: 'too many files are open',
  ENOTFOUND: 'no such host',
  ENOENT: 'no such file',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'no such file',
  EPERM: 'permission denied',
  EPIPE: 'nobody reads any more',
  UND_ERR_SOCKET: 'the other side closed the connection',
  EROFS: 'the file system is read-only',
};

/** Of any error; one without a well-known code speaks for itself, in one line. */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? error.message.split('\n', 1)[0] ?? '';
}
