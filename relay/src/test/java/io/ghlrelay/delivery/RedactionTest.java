package io.ghlrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.config.AddressRule;
import io.ghlrelay.config.FlowConfig;
import io.ghlrelay.config.Secret;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.retry.RetryPolicies;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Credentials in answers of targets that repeat the request. */
class RedactionTest {
  private static final TargetConfig TARGET =
      new TargetConfig(
          "crm",
          URI.create("http://127.0.0.1:9/hook?key=0123456789abcdef&app=7"),
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          RetryPolicies.ghl2025(),
          1,
          null,
          Map.of(
              "Authorization",
              new Secret("Bearer abcdefghijklmnop"),
              "X",
              new Secret("production")),
          AddressRule.DEFAULT,
          null,
          null,
          null,
          FlowConfig.DEFAULT);

  private static final Secret AUTHORIZATION = new Secret("Basic dXNlcjpwYXNzd29yZA==");

  private static String of(String answer) {
    return new String(
        Redaction.of(answer.getBytes(StandardCharsets.UTF_8), TARGET, AUTHORIZATION),
        StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "you sent Bearer abcdefghijklmnop!, you sent Bearer ***!",
    "bad token abcdefghijklmnop, bad token ***",
    "cut within: abcdefghij, cut within: ***",
    "é abcdefghijklmnop é, é *** é",
    "abcd is no more than the alphabet's start: abcd, abcd is no more than the alphabet's start: abcd",
    "Cannot POST /hook?key=0123456789abcdef&app=7, Cannot POST /hook?key=***&app=7",
    "Basic dXNlcjpwYXNzd29yZA== is wrong, Basic *** is wrong",
    "in production, in production"
  })
  void hidesWhatWasSent(String answer, String kept) {
    assertThat(of(answer)).isEqualTo(kept);
  }

  @Test
  void leavesBytesThatAreNoTextAsTheyAre() {
    byte[] bytes = {(byte) 0xff, 0, (byte) 0x80, 'a'};
    assertThat(Redaction.of(bytes, TARGET, null)).isSameAs(bytes);
  }
}
