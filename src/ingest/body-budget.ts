/**
 * How many bytes of bodies may be on their way or in hand at the same time. Bodies are read before their
 * signatures can be verified, so without it strangers could fill the memory.
 */
export class BodyBudget {
  constructor(private free: number) {}

  /** @returns false if so much is not left; then nothing was taken */
  take(bytes: number): boolean {
    if (bytes > this.free) return false;
    this.free -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.free += bytes;
  }
}
