package io.ghlrelay.conformance.examples;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.conformance.junit.Platform;
import io.ghlrelay.conformance.junit.PlatformTest;
import io.ghlrelay.conformance.junit.TimelineAssertionError;
import io.ghlrelay.conformance.payload.BodyStyle;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.simulator.Delivery;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Example: a handler that checks the signature of JSON written anew is caught. */
@PlatformTest(seed = 7)
class ReserialisingHandlerTest {
  /** The mistake: what was signed is the body, not what a parser makes of it. */
  private static final class ReserialisingHook extends Hook {
    private static final ObjectMapper JSON = new ObjectMapper();

    ReserialisingHook(String publicKeyPem) throws Exception {
      super(publicKeyPem);
    }

    @Override
    int handle(byte[] body, String signature) throws IOException {
      String again = JSON.writeValueAsString(JSON.readTree(body));
      return genuine(again.getBytes(StandardCharsets.UTF_8), signature) ? 200 : 401;
    }
  }

  @Test
  void worksByLuckThenFails(Platform platform) throws Exception {
    try (ReserialisingHook hook = new ReserialisingHook(platform.publicKeyPem())) {
      platform.target(hook.url());
      PayloadRequest contact = PayloadRequest.of("ContactCreate");
      Delivery lucky = platform.send(contact);
      Delivery hard = platform.send(contact.withStyle(BodyStyle.HARD));
      platform.runUntilSettled();

      platform.assertThat(lucky).delivered();
      assertThatThrownBy(() -> platform.assertThat(hard).delivered())
          .isInstanceOf(TimelineAssertionError.class)
          .hasMessageContaining("expected: delivered\n but was: dead, rejected, after 1 attempt")
          .hasMessageContaining("profile ghl-2025 (offsets), seed 7: dead, rejected")
          .hasMessageContaining("401")
          .hasMessageContaining(
              "Reproduce: run ReserialisingHandlerTest#worksByLuckThenFails with"
                  + " -Dconformance.seed=7");
    }
  }
}
