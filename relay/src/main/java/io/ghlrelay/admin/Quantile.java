package io.ghlrelay.admin;

import io.micrometer.core.instrument.distribution.CountAtBucket;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Quantiles of what came into a histogram between two looks at it. */
final class Quantile {
  private Quantile() {}

  /**
   * The time within which a share of the observations kept, interpolated within its bucket.
   *
   * @param begin cumulative counts at the first look; null = all zero
   * @param end cumulative counts at the second
   * @param share 0..1
   * @return milliseconds; null if there was no observation, and the last finite bound for one
   *     beyond it
   */
  static @Nullable Double millis(
      CountAtBucket @Nullable [] begin, CountAtBucket[] end, double share) {
    double all = end.length == 0 ? 0 : count(begin, end, end.length - 1);
    if (all <= 0) {
      return null;
    }
    double wanted = share * all;
    double below = 0;
    double lower = 0;
    for (int i = 0; i < end.length; i++) {
      double upTo = count(begin, end, i);
      double bound = end[i].bucket(TimeUnit.MILLISECONDS);
      if (upTo >= wanted && upTo > below) {
        return Double.isInfinite(bound) || bound > TimeUnit.DAYS.toMillis(1)
            ? lower
            : lower + (bound - lower) * (wanted - below) / (upTo - below);
      }
      below = upTo;
      lower = bound;
    }
    return lower;
  }

  private static double count(CountAtBucket @Nullable [] begin, CountAtBucket[] end, int i) {
    return end[i].count() - (begin == null || begin.length <= i ? 0 : begin[i].count());
  }
}
