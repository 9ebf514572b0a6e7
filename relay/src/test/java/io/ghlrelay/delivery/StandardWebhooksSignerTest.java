package io.ghlrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import io.ghlrelay.config.Secret;
import io.ghlrelay.config.TargetConfig.Previous;
import io.ghlrelay.config.TargetConfig.Signing;
import io.ghlrelay.store.Header;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Our signatures, judged by the official library. */
class StandardWebhooksSignerTest {
  private static final Secret NEW = new Secret("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz");
  private static final Secret OLD = new Secret("whsec_b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xk");
  private static final String BODY = "{\"a\": \"é\"}";

  private static HttpHeaders signed(Signing signing, Instant now) {
    Map<String, List<String>> headers = new HashMap<>();
    headers.put("webhook-id", List.of("msg_1"));
    for (Header header :
        StandardWebhooksSigner.sign(signing, "msg_1", now, BODY.getBytes(StandardCharsets.UTF_8))) {
      headers.put(header.name(), new ArrayList<>(List.of(header.value())));
    }
    return HttpHeaders.of(headers, (name, value) -> true);
  }

  @Test
  void theOfficialLibraryAcceptsIt() throws Exception {
    Instant now = Clock.systemUTC().instant();

    new Webhook(NEW.reveal()).verify(BODY, signed(new Signing(NEW, List.of()), now));
  }

  @Test
  void anOlderSecretSignsUntilItsEnd() throws Exception {
    Instant now = Clock.systemUTC().instant();
    Signing rotating = new Signing(NEW, List.of(new Previous(OLD, now.plusSeconds(60))));

    new Webhook(OLD.reveal()).verify(BODY, signed(rotating, now));
    new Webhook(NEW.reveal()).verify(BODY, signed(rotating, now));

    Signing over = new Signing(NEW, List.of(new Previous(OLD, now)));
    assertThat(signed(over, now).firstValue("webhook-signature").orElseThrow()).doesNotContain(" ");
  }
}
