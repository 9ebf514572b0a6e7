package io.ghlrelay.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.ingress.FailureLimiter.Verdict;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Who is slowed down, and for how long. */
class FailureLimiterTest {
  private final AtomicLong nanos = new AtomicLong();
  private final FailureLimiter limiter = new FailureLimiter(nanos::get);
  private final InetAddress address = InetAddress.getLoopbackAddress();

  private long answeredNow(int failures) {
    long now = 0;
    for (int i = 0; i < failures; i++) {
      if (limiter.failed(address) == Verdict.NOW) {
        now++;
      } else {
        limiter.answeredLate();
      }
    }
    return now;
  }

  @Test
  void aBurstIsAnsweredAtOnceAndTheRestLate() {
    assertThat(answeredNow(1000)).isEqualTo(FailureLimiter.BURST);
  }

  @Test
  void theBudgetComesBackWithTime() {
    answeredNow(10_000);
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());

    assertThat(answeredNow(1000)).isEqualTo(FailureLimiter.PER_SECOND);
  }

  @Test
  void oneAddressDoesNotSpendTheBudgetOfAnother() throws Exception {
    answeredNow(1000);

    assertThat(limiter.failed(InetAddress.getByAddress(new byte[] {10, 0, 0, 1})))
        .isEqualTo(Verdict.NOW);
  }

  @Test
  void tooManyLateAnswersAtOnceAreClosedInstead() {
    Verdict last = Verdict.NOW;
    for (int i = 0; i < 5000; i++) {
      last = limiter.failed(address);
    }
    assertThat(last).isEqualTo(Verdict.CLOSE);
  }
}
