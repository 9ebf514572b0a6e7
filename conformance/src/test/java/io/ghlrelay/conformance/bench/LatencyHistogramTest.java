package io.ghlrelay.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** HdrHistogram is the oracle. */
class LatencyHistogramTest {
  @Test
  void givesThePercentilesOfHdrHistogram() {
    Random random = new Random(1);
    for (int round = 0; round < 50; round++) {
      LatencyHistogram ours = new LatencyHistogram();
      Histogram theirs = new Histogram(1, Long.MAX_VALUE / 2, 3);
      int count = 1 + random.nextInt(20_000);
      for (int i = 0; i < count; i++) {
        long value = (long) Math.exp(random.nextDouble() * 30);
        ours.record(value);
        theirs.recordValue(value);
      }
      for (double percent : new double[] {0.1, 1, 25, 50, 90, 99, 99.9, 99.99, 100}) {
        assertThat(ours.percentile(percent))
            .as("%s of %d", percent, count)
            .isEqualTo(theirs.getValueAtPercentile(percent));
      }
      assertThat(ours.count()).isEqualTo(count);
      assertThat(theirs.valuesAreEquivalent(ours.max(), theirs.getMaxValue())).isTrue();
    }
  }

  @Test
  void isEmptyAtFirstAndTakesTheExtremes() {
    LatencyHistogram histogram = new LatencyHistogram();
    assertThat(histogram.percentile(99)).isZero();
    histogram.record(-5);
    histogram.record(Long.MAX_VALUE);
    assertThat(histogram.percentile(50)).isZero();
    assertThat(histogram.percentile(100)).isEqualTo(Long.MAX_VALUE);
    assertThat(histogram.max()).isEqualTo(Long.MAX_VALUE);
  }
}
