package io.ghlrelay.conformance.campaign;

/** Chance by arithmetic: the same for the same seed and number, in whatever order it is asked. */
final class Mix {
  private Mix() {}

  /** A number in 0..bound-1. */
  static int below(int bound, long seed, long number) {
    long mixed = (seed ^ number * 0x9e3779b97f4a7c15L) + 0x632be59bd9b4e019L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return (int) Long.remainderUnsigned(mixed ^ (mixed >>> 31), bound);
  }
}
