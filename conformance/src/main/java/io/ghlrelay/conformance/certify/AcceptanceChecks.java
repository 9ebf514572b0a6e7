package io.ghlrelay.conformance.certify;

import io.ghlrelay.conformance.payload.BodyStyle;
import io.ghlrelay.conformance.payload.Payload;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.simulator.HttpSender;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Genuine events that must be taken. Stateless. */
final class AcceptanceChecks {
  private static final List<String> TYPES =
      List.of("ContactUpdate", "InvoicePaid", "AppointmentCreate", "VoiceAiCallEnd");

  private AcceptanceChecks() {}

  static List<Check> all() {
    return List.of(
        new Check(
            "valid-event",
            Severity.CRITICAL,
            "takes a genuine event, in time",
            "No event arrives, or the platform gives up waiting and sends it again.",
            "Check that the endpoint trusts the public key in use; answer as soon as the event is"
                + " stored and do the work afterwards.",
            AcceptanceChecks::valid),
        new Check(
            "current-signature",
            Severity.CRITICAL,
            "takes an event that carries only X-GHL-Signature",
            "The legacy signature X-WH-Signature was announced to end on 2026-09-01: without it,"
                + " every event is refused.",
            "Verify X-GHL-Signature (Ed25519) whenever it is there.",
            endpoint -> {
              Payload event = endpoint.event("ContactCreate");
              return endpoint.taken(endpoint.send(event.body(), endpoint.signedNow(event.body())));
            }),
        new Check(
            "raw-bytes",
            Severity.CRITICAL,
            "verifies the bytes as they came",
            "Every event whose JSON is not written as the endpoint's library would write it is"
                + " refused, and lost: white space, escapes, large numbers.",
            "Keep the raw body and verify it before parsing (in Express: express.raw()).",
            AcceptanceChecks::rawBytes),
        new Check(
            "legacy-ignored",
            Severity.MAJOR,
            "verifies the current signature alone where both are there",
            "While the platform changes keys or schemes, genuine events are refused.",
            "If X-GHL-Signature is there and not N/A, do not look at X-WH-Signature.",
            AcceptanceChecks::legacyIgnored),
        new Check(
            "late-retry",
            Severity.CRITICAL,
            "takes an event whose timestamp is three days old",
            "A retry carries the first attempt's body: a limit on age refuses every late retry,"
                + " just when the endpoint was down before.",
            "Do not limit the age of timestamp; remember webhook ids against replays.",
            endpoint -> {
              Payload event =
                  endpoint.event(
                      PayloadRequest.of("ContactCreate")
                          .withTimestamp(endpoint.now().minus(Duration.ofDays(3))));
              return endpoint.taken(endpoint.send(event.body(), endpoint.signed(event.body())));
            }),
        new Check(
            "wrapped-event",
            Severity.MINOR,
            "takes an event whose fields stand in `data`",
            "The guide's own examples have this form.",
            "Read fields from the top level and from data.",
            endpoint -> {
              Payload event =
                  endpoint.event(PayloadRequest.of("OpportunityCreate").withWrapped(true));
              return endpoint.taken(endpoint.send(event.body(), endpoint.signed(event.body())));
            }));
  }

  private static Optional<String> valid(Endpoint endpoint) {
    for (int i = 0; i < 10; i++) {
      Payload event = endpoint.event("ContactCreate");
      Optional<String> seen =
          endpoint.taken(endpoint.send(event.body(), endpoint.signed(event.body())));
      if (seen.isPresent()) {
        return seen;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> rawBytes(Endpoint endpoint) {
    for (String type : TYPES) {
      Payload event = endpoint.event(PayloadRequest.of(type).withStyle(BodyStyle.HARD));
      HttpSender.Sent sent = endpoint.send(event.body(), endpoint.signed(event.body()));
      Optional<String> seen = endpoint.taken(sent);
      if (seen.isPresent()) {
        return Optional.of(type + ", written with odd white space and escapes: " + seen.get());
      }
    }
    return Optional.empty();
  }

  private static Optional<String> legacyIgnored(Endpoint endpoint) {
    Payload event = endpoint.event("ContactCreate");
    Map<String, String> headers = new HashMap<>(endpoint.signed(event.body()));
    String legacy = Scheme.RSA_SHA256.header();
    headers.put(legacy, String.valueOf(endpoint.forged(event.body()).get(legacy)));
    return endpoint
        .taken(endpoint.send(event.body(), headers))
        .map(seen -> "good X-GHL-Signature, bad X-WH-Signature: " + seen);
  }
}
