/** The package ships no types; these are the two functions we use. */
declare module 'fs-native-extensions' {
  /** False if another open file description holds the lock. On macOS only whole files (0, 0) can be locked. */
  export function tryLock(fd: number, offset?: number, length?: number): boolean;
  export function unlock(fd: number, offset?: number, length?: number): void;
}
