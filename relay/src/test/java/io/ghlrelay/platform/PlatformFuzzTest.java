package io.ghlrelay.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.ghlrelay.conformance.json.JsonException;
import io.ghlrelay.conformance.json.JsonObject;
import io.ghlrelay.platform.Verification.Reason;
import io.ghlrelay.platform.Verification.Refused;
import io.ghlrelay.platform.Verification.Verified;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys, signature headers and bodies, as anybody may send them. */
class PlatformFuzzTest {
  private static final CryptoProviders PROVIDERS = CryptoProviders.choose();
  private static final List<TrustedKey> KEYS =
      Arrays.stream(SignatureScheme.values()).map(PublicKeys::published).toList();
  private static final SignatureVerifier VERIFIER = new SignatureVerifier(KEYS, PROVIDERS);
  private static final EnvelopeReader READER = new EnvelopeReader();
  private static final JsonMapper TREES =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(500)
                          .maxNumberLength(Integer.MAX_VALUE)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Lines: each a value of a signature header, the first for both schemes. */
  @FuzzTest
  void signatures(byte[] input) {
    List<String> values =
        Arrays.asList(new String(input, StandardCharsets.ISO_8859_1).split("\n", -1));
    List<String> first = values.subList(0, 1);
    for (List<String> ed25519 : List.of(values, first, List.<String>of())) {
      for (List<String> rsa : List.of(values, first, List.<String>of())) {
        Verification verification = VERIFIER.verify(input, ed25519, rsa);

        assertThat(verification).as("forged").isInstanceOf(Refused.class);
        boolean none = ed25519.isEmpty() || ed25519.equals(List.of("N/A"));
        List<String> counting = none ? rsa : ed25519;
        SignatureScheme scheme = none ? SignatureScheme.RSA_SHA256 : SignatureScheme.ED25519;
        Reason expected =
            counting.isEmpty() || counting.equals(List.of("N/A"))
                ? Reason.MISSING
                : counting.size() == 1 && isCanonical(scheme, counting.get(0))
                    ? Reason.WRONG
                    : Reason.MALFORMED;
        assertThat(verification).isEqualTo(new Refused(expected));
      }
    }
  }

  private static boolean isCanonical(SignatureScheme scheme, String value) {
    try {
      byte[] decoded = Base64.getDecoder().decode(value);
      return decoded.length == scheme.signatureBytes()
          && Base64.getEncoder().encodeToString(decoded).equals(value);
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }

  @FuzzTest
  @DictionaryFile(resourcePath = "keys.dict")
  void publicKeys(byte[] input) {
    for (SignatureScheme scheme : SignatureScheme.values()) {
      TrustedKey key;
      try {
        key = PublicKeys.parse(scheme, input);
      } catch (IllegalArgumentException notAKey) {
        assertThat(notAKey.getMessage()).isNotBlank();
        continue;
      }
      String spki = Base64.getEncoder().encodeToString(key.key().getEncoded());
      TrustedKey again = PublicKeys.parse(scheme, spki.getBytes(StandardCharsets.US_ASCII));
      assertThat(again).isEqualTo(key);
      SignatureVerifier verifier = new SignatureVerifier(List.of(key), PROVIDERS);
      String zeros = Base64.getEncoder().encodeToString(new byte[scheme.signatureBytes()]);
      List<String> ed25519 = scheme == SignatureScheme.ED25519 ? List.of(zeros) : List.of();
      assertThat(verifier.verify(input, ed25519, List.of(zeros))).isNotInstanceOf(Verified.class);
    }
  }

  /** The streaming reader sees what a tree of the whole says, as does the kit's own parser. */
  @FuzzTest
  @DictionaryFile(resourcePath = "json.dict")
  void envelopes(byte[] body) throws Exception {
    Envelope read = READER.read(body);

    JsonNode tree = tree(body);
    assertThat(read).isEqualTo(tree == null ? Envelope.EMPTY : envelope(tree));
    JsonObject other = kit(body);
    if (tree != null && other != null) {
      assertThat(value(other.get("webhookId"))).isEqualTo(read.webhookId());
      assertThat(value(other.get("type"))).isEqualTo(read.type());
      assertThat(value(other.get("appId"))).isEqualTo(read.appId());
      assertThat(value(other.get("timestamp"))).isEqualTo(read.timestamp());
    }
  }

  /** Null if it is no object, in UTF-8. */
  private static @Nullable JsonNode tree(byte[] body) throws Exception {
    String text = text(body);
    if (text == null || !text.stripLeading().startsWith("{") || text.contains("\0")) {
      return null;
    }
    try {
      JsonNode tree = TREES.readTree(text);
      return tree.isObject() ? tree : null;
    } catch (JsonProcessingException notJson) {
      return null;
    }
  }

  private static @Nullable String text(byte[] body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException notUtf8) {
      return null;
    }
  }

  private static @Nullable JsonObject kit(byte[] body) {
    String text = text(body);
    try {
      return text == null ? null : JsonObject.parse(text);
    } catch (JsonException notJson) {
      return null;
    }
  }

  private static Envelope envelope(JsonNode top) {
    String type = value(top, "type");
    JsonNode data = top.path("data");
    String location = location(top, type);
    String company = value(top, "companyId");
    return new Envelope(
        value(top, "webhookId"),
        type,
        location != null ? location : location(data, type),
        company != null ? company : value(data, "companyId"),
        value(top, "appId"),
        value(top, "timestamp"));
  }

  private static @Nullable String location(JsonNode in, @Nullable String type) {
    String id = value(in, "locationId");
    if (id == null && "location".equals(value(in, "altType"))) {
      id = value(in, "altId");
    }
    if (id == null && ("LocationCreate".equals(type) || "LocationUpdate".equals(type))) {
      id = value(in, "id");
    }
    return id != null ? id : value(in.path("location"), "id");
  }

  private static @Nullable String value(JsonNode in, String name) {
    JsonNode value = in.get(name);
    return value != null && value.isTextual() ? value(value.textValue()) : null;
  }

  private static @Nullable String value(@Nullable Object value) {
    return value instanceof String text
            && !text.isEmpty()
            && text.length() <= EnvelopeReader.MAX_VALUE
            && StandardCharsets.UTF_8.newEncoder().canEncode(text)
        ? text
        : null;
  }
}
