package io.ghlrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.config.Secret;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.Header;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which headers travel, which do not, and which are ours. */
class OutboundRequestTest {
  private final ManualClock clock = new ManualClock();

  private Event event(@Nullable String webhookId, boolean conflict, Header... headers) {
    return new Event(
        new EventId(1, 2),
        clock.instant(),
        new Envelope(webhookId, "T", null, null, null, null),
        SignatureScheme.RSA_SHA256,
        List.of(headers),
        0,
        conflict);
  }

  private static List<String> values(OutboundRequest request, String name) {
    return request.headers().stream()
        .filter(header -> header.name().equalsIgnoreCase(name))
        .map(Header::value)
        .toList();
  }

  @Test
  void dropsHopByHopHeadersAndWhatPretendsToBeOurs() {
    OutboundRequest request =
        OutboundRequest.of(
            event(
                "w1",
                false,
                new Header("Connection", "close, X-Hop"),
                new Header("X-Hop", "1"),
                new Header("Transfer-Encoding", "chunked"),
                new Header("Host", "relay"),
                new Header("relay-verified", "forged"),
                new Header("RELAY-ANYTHING", "forged"),
                new Header("webhook-signature", "forged"),
                new Header(
                    "Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                new Header("tracestate", "forged=1"),
                new Header("Baggage", "forged=1"),
                new Header("X-WH-Signature", "kept"),
                new Header("User-Agent", "platform")),
            new byte[0],
            2,
            3,
            TestEvents.target("crm"),
            clock.instant(),
            null);

    assertThat(request.headers())
        .extracting(Header::name)
        .containsExactly(
            "X-WH-Signature",
            "User-Agent",
            "Relay-Event-Id",
            "Relay-Attempt",
            "Relay-Verified",
            "Webhook-Id",
            "traceparent");
    assertThat(values(request, "traceparent"))
        .containsExactly(TraceContext.traceparent(new EventId(1, 2), "crm", 2, 3));
    assertThat(values(request, "Relay-Verified")).containsExactly("rsa-sha256");
    assertThat(values(request, "Relay-Attempt")).containsExactly("3");
  }

  @Test
  void headersOfTheTargetReplaceThoseOfThePlatform() {
    TargetConfig plain = TestEvents.target("crm");
    TargetConfig target =
        new TargetConfig(
            "crm",
            plain.url(),
            plain.timeout(),
            plain.connectTimeout(),
            plain.retry(),
            1,
            null,
            Map.of("user-agent", new Secret("relay")),
            plain.addresses(),
            null,
            null,
            null,
            plain.flow());

    OutboundRequest request =
        OutboundRequest.of(
            event("w1", false, new Header("User-Agent", "platform")),
            new byte[0],
            1,
            1,
            target,
            clock.instant(),
            null);

    assertThat(values(request, "User-Agent")).containsExactly("relay");
  }

  @Test
  void webhookIdIsThePlatformsUnlessItCannotServe() {
    String own = new EventId(1, 2).toString();
    assertThat(OutboundRequest.webhookId(event("abc-123", false))).isEqualTo("abc-123");
    assertThat(OutboundRequest.webhookId(event(null, false))).isEqualTo(own);
    assertThat(OutboundRequest.webhookId(event("has.dot", false))).isEqualTo(own);
    assertThat(OutboundRequest.webhookId(event("line\nbreak", false))).isEqualTo(own);
    assertThat(OutboundRequest.webhookId(event("abc-123", true))).isEqualTo(own);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "null",
      value = {
        "120, 120",
        "0, 0",
        "'', null",
        "-1, null",
        "12x, null",
        "9999999999, null",
        "'Tue, 24 Nov 2026 10:01:00 GMT', 60",
        "'Tue, 24 Nov 2026 09:00:00 GMT', 0",
        "soon, null"
      })
  void readsRetryAfter(String value, @Nullable Long seconds) {
    Instant now = Instant.parse("2026-11-24T10:00:00Z");

    assertThat(RetryAfter.parse(value, now))
        .isEqualTo(seconds == null ? null : Duration.ofSeconds(seconds));
  }
}
