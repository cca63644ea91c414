/**
 * The limit of exposed series (`--series-max`): what strangers send must not decide how much the probe exposes.
 * Label sets exposed from the start, and those with `other` in them, are always admitted; their number follows
 * from the configuration.
 */
export class SeriesBudget {
  readonly seriesMax: number;
  used = 0;

  constructor(seriesMax: number) {
    this.seriesMax = seriesMax;
  }

  hasRoomFor(series: number): boolean {
    return this.used + series <= this.seriesMax;
  }

  take(series: number): void {
    this.used += series;
  }
}
