package io.ghlrelay.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Header;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Any bytes on a connection, through the real decoder, handler and intake. */
class IngressFuzzTest {
  private static final Pattern ANSWER =
      Pattern.compile(
          "HTTP/1\\.1 (\\d{3}) [^\r\n]*\r\n((?:[A-Za-z-]+: [^\r\n]*\r\n)*)\r\n(\\{[^{}]*})?");

  private final PublicKey key = key();

  private static PublicKey key() {
    // The key again, by other code than the relay's: y, little-endian, and the sign of x on top.
    byte[] bytes = HexFormat.of().parseHex(IngressHarness.KEY);
    boolean odd = bytes[31] < 0;
    bytes[31] &= 0x7f;
    for (int i = 0; i < 16; i++) {
      byte swapped = bytes[i];
      bytes[i] = bytes[31 - i];
      bytes[31 - i] = swapped;
    }
    try {
      return KeyFactory.getInstance("Ed25519")
          .generatePublic(
              new EdECPublicKeySpec(
                  NamedParameterSpec.ED25519, new EdECPoint(odd, new BigInteger(1, bytes))));
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first byte says how the rest comes: in pieces of that size, or whole. */
  @FuzzTest
  @DictionaryFile(resourcePath = "http.dict")
  void requests(byte[] input) throws Exception {
    if (input.length == 0) {
      return;
    }
    byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
    List<String> whole = play(bytes, Math.max(1, bytes.length), true);
    List<String> pieces = play(bytes, 1 + (input[0] & 0x1f), (input[0] & 0x20) != 0);

    assertThat(pieces).as("the answers do not depend on how bytes are cut").isEqualTo(whole);
  }

  private List<String> play(byte[] bytes, int size, boolean storeAtOnce) throws Exception {
    IngressHarness ingress = new IngressHarness();
    for (int from = 0; from < bytes.length; from += size) {
      ingress.feed(bytes, from, Math.min(bytes.length, from + size));
      if (storeAtOnce) {
        ingress.store();
      }
    }
    ingress.store();
    ingress.pass(Duration.ofSeconds(2));
    boolean closed = !ingress.channel.isActive();
    List<String> answers = answers(ingress.answers());
    boolean ends = !answers.isEmpty() && answers.get(answers.size() - 1).endsWith("close");
    assertThat(closed).as("closed when it says so, and only then").isEqualTo(ends);
    ingress.end();

    assertThat(answers.stream().filter(answer -> answer.startsWith("200")).count())
        .isEqualTo(ingress.admitted.size());
    for (Admission admission : ingress.admitted) {
      assertThat(isGenuine(admission)).as("stored with a good signature").isTrue();
    }
    return answers;
  }

  /** Every answer as its status, and whether it ends the connection; nothing but answers. */
  private static List<String> answers(String text) {
    List<String> answers = new ArrayList<>();
    Matcher answer = ANSWER.matcher(text);
    int at = 0;
    while (at < text.length()) {
      assertThat(answer.find(at) && answer.start() == at).as(text).isTrue();
      at = answer.end();
      String headers = answer.group(2);
      if (answer.group(3) != null) {
        assertThat(headers).contains("content-length: " + answer.group(3).length() + "\r\n");
      }
      answers.add(answer.group(1) + (headers.contains("connection: close") ? " close" : ""));
    }
    return answers;
  }

  private boolean isGenuine(Admission admission) throws Exception {
    List<Header> sent =
        admission.event().headers().stream()
            .filter(h -> h.name().equalsIgnoreCase(SignatureScheme.ED25519.header()))
            .toList();
    Signature check = Signature.getInstance("Ed25519");
    check.initVerify(key);
    check.update(admission.body());
    return sent.size() == 1 && check.verify(Base64.getDecoder().decode(sent.get(0).value()));
  }
}
