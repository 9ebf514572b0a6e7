package io.ghlrelay.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ghlrelay.conformance.Vectors;
import io.ghlrelay.platform.CryptoProviders;
import io.ghlrelay.platform.PublicKeys;
import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.platform.SignatureVerifier;
import io.ghlrelay.platform.TrustedKey;
import io.ghlrelay.platform.Verification;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every signature is judged as the vectors say, by whichever provider the self-test chose. */
class SignatureVectorsTest {
  private static final CryptoProviders PROVIDERS = CryptoProviders.choose();

  @TestFactory
  Stream<DynamicTest> judgesAsTheVectorsSay() throws IOException {
    JsonNode keys = VectorCases.read(Vectors.SIGNATURES).path("publicKeys");
    return VectorCases.tests(Vectors.SIGNATURES, one -> check(one, keys));
  }

  private static void check(JsonNode one, JsonNode keys) throws IOException {
    List<TrustedKey> trusted = new ArrayList<>();
    for (JsonNode name : one.path("keys")) {
      JsonNode key = keys.path(name.asText());
      SignatureScheme scheme = SignatureScheme.ofId(key.path("scheme").asText()).orElseThrow();
      byte[] pem = key.path("pem").asText().getBytes(StandardCharsets.UTF_8);
      trusted.add(new TrustedKey(scheme, PublicKeys.parse(scheme, pem).key(), name.asText()));
    }
    byte[] body =
        one.has("bodyRepeat")
            ? one.path("bodyRepeat")
                .path("text")
                .asText()
                .repeat(one.path("bodyRepeat").path("count").asInt())
                .getBytes(StandardCharsets.UTF_8)
            : one.path("bodyBase64").binaryValue();

    Verification verification =
        new SignatureVerifier(trusted, PROVIDERS)
            .verify(
                body,
                values(one, SignatureScheme.ED25519),
                values(one, SignatureScheme.RSA_SHA256));

    JsonNode expect = one.path("expect");
    if (expect.has("verified")) {
      assertThat(verification)
          .isEqualTo(
              new Verification.Verified(
                  SignatureScheme.ofId(expect.path("verified").asText()).orElseThrow(),
                  expect.path("key").asText()));
    } else {
      assertThat(verification)
          .isEqualTo(
              new Verification.Refused(
                  Verification.Reason.valueOf(
                      expect.path("refused").asText().toUpperCase(Locale.ROOT))));
    }
  }

  private static List<String> values(JsonNode one, SignatureScheme scheme) {
    List<String> values = new ArrayList<>();
    one.path("headers").path(scheme.header()).forEach(value -> values.add(value.asText()));
    return values;
  }
}
