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
    for (int i = 0; i < 10_000; i++) {
      last = limiter.failed(address);
    }
    assertThat(last).isEqualTo(Verdict.CLOSE);
  }

  private int checked(InetAddress sender, boolean proven, int requests) {
    int checked = 0;
    for (int i = 0; i < requests; i++) {
      if (limiter.mayCheck(sender, proven)) {
        checked++;
        limiter.failed(sender);
      }
    }
    return checked;
  }

  private static InetAddress number(int i) throws Exception {
    return InetAddress.getByAddress(new byte[] {10, 1, (byte) (i >> 8), (byte) i});
  }

  @Test
  void beyondItsBudgetOnlySoManyOfAnAddressAreCheckedAtAll() {
    assertThat(checked(address, false, 10_000))
        .isEqualTo(FailureLimiter.BURST + FailureLimiter.CHECKS_PER_SECOND);
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(checked(address, false, 10_000))
        .isEqualTo(FailureLimiter.PER_SECOND + FailureLimiter.CHECKS_PER_SECOND);
  }

  @Test
  void manyAddressesCannotDoWhatOneCannot() throws Exception {
    int checked = 0;
    for (int second = 0; second < 10; second++) {
      for (int i = 0; i < 1_000; i++) {
        checked += checked(number(i), false, 50);
      }
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    }
    // 500,000 came. Each address is checked once unknown; then all share what there is for all.
    assertThat(checked)
        .isLessThan(
            1_000 + 11 * (FailureLimiter.PER_SECOND_OF_ALL + FailureLimiter.CHECKS_PER_SECOND));
  }

  @Test
  void whoeverHasNotFailedIsCheckedInTheMidstOfAFlood() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      checked(number(i), false, 50);
    }
    assertThat(limiter.mayCheck(InetAddress.getByAddress(new byte[] {10, 9, 9, 9}), false))
        .isTrue();
    assertThat(limiter.mayCheck(number(5), true)).as("a proven connection").isTrue();
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    assertThat(limiter.mayCheck(number(5), false)).as("it is forgiven").isTrue();
  }

  @Test
  void aNetworkOfIpv6IsOneSender() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      limiter.failed(InetAddress.getByName("2001:db8:0:1::" + i));
    }
    assertThat(limiter.failed(InetAddress.getByName("2001:db8:0:1:ffff::1")))
        .isEqualTo(Verdict.LATE);
    assertThat(limiter.failed(InetAddress.getByName("2001:db8:0:2::1"))).isEqualTo(Verdict.NOW);
  }
}
