package io.ghlrelay.conformance.certify;

import io.ghlrelay.conformance.payload.Payload;
import io.ghlrelay.conformance.signing.Scheme;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Events that must be refused. Stateless. */
final class ForgeryChecks {
  private static final String ANYBODY =
      "Anybody who learns the URL can send events: contacts, payments, uninstalls.";
  private static final String VERIFY =
      "Verify the signature over the raw body with the platform's public key; refuse with 401.";

  private ForgeryChecks() {}

  static List<Check> all() {
    return List.of(
        check(
            "unsigned",
            "refuses an event without a signature",
            endpoint -> {
              byte[] body = endpoint.event("ContactCreate").body();
              return Endpoint.refused(endpoint.send(body, Map.of()));
            }),
        check(
            "wrong-key",
            "refuses an event signed with another key",
            endpoint -> {
              byte[] body = endpoint.event("ContactCreate").body();
              return Endpoint.refused(endpoint.send(body, endpoint.forged(body)));
            }),
        check(
            "tampered",
            "refuses a body that was changed after signing",
            endpoint -> {
              byte[] body = endpoint.event("OrderCreate").body();
              byte[] changed = body.clone();
              changed[indexOfDigit(changed)] ^= 1; // one digit of an amount or id
              return Endpoint.refused(endpoint.send(changed, endpoint.signed(body)));
            }),
        new Check(
            "reformatted",
            Severity.CRITICAL,
            "refuses a body that was written anew after signing",
            "What is verified is not what came: genuine events are refused, and bodies taken that"
                + " nobody signed, as the JSON library happens to print them.",
            "Verify the raw bytes, before any parsing.",
            endpoint -> {
              Payload event = endpoint.event("ContactCreate");
              String spaced = text(event.body()).replaceFirst("\\{", "{ ");
              return Endpoint.refused(endpoint.send(bytes(spaced), endpoint.signed(event.body())));
            }),
        check(
            "reordered",
            "refuses a body whose members were put in another order after signing",
            endpoint -> {
              Payload event = endpoint.event("ContactCreate");
              String type = "\"type\":\"ContactCreate\",";
              String moved =
                  text(event.body())
                      .replace(type, "")
                      .replaceFirst("\\{", "{\"b\":1,")
                      .replaceFirst("\"b\":1,(\"[a-zA-Z]+\":\"[^\"]*\",)", "$1" + type);
              return Endpoint.refused(endpoint.send(bytes(moved), endpoint.signed(event.body())));
            }),
        new Check(
            "malformed-signature",
            Severity.MAJOR,
            "refuses a signature that is none, and does not fall over it",
            "A scanner's garbage shows as server errors, or is taken.",
            "Treat every error of decoding or verifying as a wrong signature: 401.",
            ForgeryChecks::malformed),
        new Check(
            "no-fallback",
            Severity.CRITICAL,
            "refuses a bad X-GHL-Signature though X-WH-Signature is good",
            "The old scheme stays a way in for as long as the endpoint lives: its key may leak, or"
                + " its signatures be replayed, long after the platform has dropped it.",
            "If X-GHL-Signature is there and not N/A, its verdict is the verdict.",
            endpoint -> {
              byte[] body = endpoint.event("ContactCreate").body();
              Map<String, String> headers = new HashMap<>(endpoint.signed(body));
              String current = Scheme.ED25519.header();
              headers.put(current, String.valueOf(endpoint.forged(body).get(current)));
              return Endpoint.refused(endpoint.send(body, headers));
            }));
  }

  private static Check check(String id, String title, Check.Probe probe) {
    return new Check(id, Severity.CRITICAL, title, ANYBODY, VERIFY, probe);
  }

  private static Optional<String> malformed(Endpoint endpoint) {
    byte[] body = endpoint.event("ContactCreate").body();
    for (String signature :
        List.of("", "null", "!!!not base64!!!", "AAAA", "A".repeat(88), "=".repeat(5_000))) {
      Optional<String> seen =
          Endpoint.refused(
              endpoint.send(
                  body,
                  Map.of(
                      Scheme.ED25519.header(), signature,
                      Scheme.RSA_SHA256.header(), signature)));
      if (seen.isPresent()) {
        return Optional.of(
            "signature `"
                + signature.substring(0, Math.min(20, signature.length()))
                + "`: "
                + seen.get());
      }
    }
    return Optional.empty();
  }

  private static int indexOfDigit(byte[] body) {
    for (int i = body.length / 2; i < body.length; i++) {
      if (body[i] >= '1' && body[i] <= '8') {
        return i;
      }
    }
    throw new IllegalStateException("a body without a digit");
  }

  private static String text(byte[] body) {
    return new String(body, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
