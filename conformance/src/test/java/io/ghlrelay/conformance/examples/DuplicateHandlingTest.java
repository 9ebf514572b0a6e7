package io.ghlrelay.conformance.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.conformance.junit.Platform;
import io.ghlrelay.conformance.junit.PlatformTest;
import io.ghlrelay.conformance.simulator.Delivery;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Example: a handler that remembers webhook ids, as the platform's guide tells it to. */
@PlatformTest(profile = "ghl-2025", seed = 42)
class DuplicateHandlingTest {
  private static final class RememberingHook extends Hook {
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final AtomicInteger work = new AtomicInteger();

    RememberingHook(String publicKeyPem) throws Exception {
      super(publicKeyPem);
    }

    @Override
    int handle(byte[] body, String signature) throws IOException {
      if (!genuine(body, signature)) {
        return 401;
      }
      if (seen.add(new ObjectMapper().readTree(body).path("webhookId").asText())) {
        work.incrementAndGet();
      }
      return 200;
    }
  }

  @Test
  void doesTheWorkOnceThoughItsAnswersAreLost(Platform platform) throws Exception {
    try (RememberingHook hook = new RememberingHook(platform.publicKeyPem())) {
      platform.target(hook.url()).onAttempts(1, 3).losesTheAnswer();
      Delivery payment = platform.send("OrderCreate");
      platform.runUntilSettled();

      platform.assertThat(payment).answers("reset", "reset", "reset", 200).deliveredOnAttempt(4);
      assertThat(hook.work).hasValue(1);
    }
  }

  @Test
  void aResendFromTheDashboardIsADuplicateToo(Platform platform) throws Exception {
    try (RememberingHook hook = new RememberingHook(platform.publicKeyPem())) {
      platform.target(hook.url());
      Delivery payment = platform.send("OrderCreate");
      platform.runUntilSettled().resend(payment).runUntilSettled();

      platform.assertThat(payment).delivered().attempts(2);
      assertThat(hook.work).hasValue(1);
    }
  }
}
