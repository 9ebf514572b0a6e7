package io.ghlrelay.conformance.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.conformance.junit.Platform;
import io.ghlrelay.conformance.junit.PlatformTest;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.schedule.DeadReason;
import io.ghlrelay.conformance.signing.SignatureMode;
import io.ghlrelay.conformance.simulator.Delivery;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Example: a plain handler, verified and retried by the platform. */
@PlatformTest
class PlainHandlerTest {
  /** Verifies and counts. */
  private static final class CountingHook extends Hook {
    private final AtomicInteger events = new AtomicInteger();

    CountingHook(String publicKeyPem) throws Exception {
      super(publicKeyPem);
    }

    @Override
    int handle(byte[] body, String signature) {
      if (!genuine(body, signature)) {
        return 401;
      }
      events.incrementAndGet();
      return 200;
    }
  }

  @Test
  void survivesADeployOfTwentySeconds(Platform platform) throws Exception {
    try (CountingHook hook = new CountingHook(platform.publicKeyPem())) {
      platform.target(hook.url());
      platform.during(Duration.ofSeconds(20)).answers(503);
      Delivery contact = platform.send("ContactCreate");
      platform.runUntilSettled();

      platform.assertThat(contact).delivered().withinSchedule();
      assertThat(hook.events).hasValue(1);
    }
  }

  @Test
  void anOutageOfThreeHoursLosesTheEvent(Platform platform) throws Exception {
    try (CountingHook hook = new CountingHook(platform.publicKeyPem())) {
      platform.target(hook.url()).during(Duration.ofHours(3)).refusesConnections();
      Delivery contact = platform.send("ContactCreate");
      platform.runUntilSettled();

      platform.assertThat(contact).dead(DeadReason.EXHAUSTED).attempts(11);
      assertThat(hook.events).hasValue(0);
    }
  }

  @Test
  void aForgedEventIsRefusedAndNotTriedAgain(Platform platform) throws Exception {
    try (CountingHook hook = new CountingHook(platform.publicKeyPem())) {
      platform.target(hook.url());
      Delivery forged = platform.send(PayloadRequest.of("ContactCreate"), SignatureMode.FORGED);
      Delivery unsigned = platform.send(PayloadRequest.of("ContactCreate"), SignatureMode.NONE);
      platform.runUntilSettled();

      platform.assertThat(forged).answers(401).dead(DeadReason.REJECTED);
      platform.assertThat(unsigned).answers(401).dead(DeadReason.REJECTED);
      assertThat(hook.events).hasValue(0);
    }
  }
}
