package io.ghlrelay.conformance.bench;

/**
 * Latencies in buckets whose width grows with the value: three significant digits, as HdrHistogram
 * with that setting, against which it is tested. Own code, since the kit brings no library. Not
 * thread-safe.
 */
public final class LatencyHistogram {
  /** Values below it have a bucket each; above, each doubling has half as many. */
  private static final int SUB_BUCKETS = 2_048;

  private static final int HALF = SUB_BUCKETS / 2;
  private static final int HALF_BITS = 10;

  private final long[] counts = new long[SUB_BUCKETS + (64 - HALF_BITS) * HALF];
  private long total;
  private long max;

  /**
   * Counts a value.
   *
   * @param nanos zero or more; less counts as zero
   */
  public void record(long nanos) {
    long value = Math.max(0, nanos);
    counts[index(value)]++;
    total++;
    max = Math.max(max, value);
  }

  /** How many values were counted. */
  public long count() {
    return total;
  }

  /** The greatest value, exactly. */
  public long max() {
    return max;
  }

  /**
   * The value below or at which this share of the values lies, to three significant digits.
   *
   * @param percent 0..100
   * @return nanoseconds; 0 if nothing was counted
   */
  public long percentile(double percent) {
    long wanted = Math.max(1, (long) Math.ceil(percent / 100 * total));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= wanted) {
        return greatest(i);
      }
    }
    return 0;
  }

  private static int index(long value) {
    int shift = Math.max(0, 63 - Long.numberOfLeadingZeros(value | 1) - HALF_BITS);
    return shift * HALF + (int) (value >>> shift);
  }

  /** The greatest value that falls into a bucket. */
  private static long greatest(int index) {
    int shift = index < SUB_BUCKETS ? 0 : index / HALF - 1;
    long sub = index - (long) shift * HALF;
    return ((sub + 1) << shift) - 1;
  }
}
