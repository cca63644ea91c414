/** Where a source says what an operator should know while it runs. Each message is one line. */
export interface CaptureNotices {
  info(message: string): void;
  warn(message: string): void;
}
