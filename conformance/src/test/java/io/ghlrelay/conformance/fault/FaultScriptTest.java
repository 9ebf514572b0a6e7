package io.ghlrelay.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultScriptTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "*: status 503",
        "*: status 429 retry-after 120",
        "attempt 3: redirect https://elsewhere.example/x",
        "attempt 1-3: latency 200ms jitter 50ms",
        "attempt 4-: timeout",
        "request 10-20: timeout 5s",
        "from 0ms to 25m: reset_peer",
        "from 2h 30%: slicer 16B 10ms",
        "* 1%: bandwidth 1KiB",
        "*: limit_data 100B",
        "*: slow_close 2s",
        "*: endless_body",
        "*: garbage",
        "*: refuse",
        "*: lose_answer",
        "*: latency 1d, status 500",
        "attempt 1: ok; *: status 500",
      })
  void isPrintedAsItWasRead(String script) {
    assertThat(FaultScript.parse(script)).hasToString(script);
  }

  @Test
  void linesAndCommentsAreAScriptToo() {
    assertThat(FaultScript.parse("# a deploy\nattempt 1-2: status 503  # twice\n\n"))
        .hasToString("attempt 1-2: status 503");
    assertThat(FaultScript.parse("").rules()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "status 503 | rule 1 `status 503`: no ':' (expected: WHEN: FAULT)",
        "*: status 503; *: explode | rule 2 `*: explode`: 'explode' (expected: one of ok, status",
        "*: status | (expected: another word at its end)",
        "*: status 99 | '99' (expected: a status, 200 to 599)",
        "*: status 503 now | 'now' is too much",
        "attempt 0: refuse | '0' (expected: 3, 1-3 or 4-, from 1)",
        "attempt 3-1: refuse | '3-1' (expected",
        "sometimes: refuse | 'sometimes' (expected: one of *, attempt, request, from)",
        "* 0%: refuse | '0%' (expected: 1% to 100%)",
        "*: latency 3 | '3' (expected: a duration",
        "*: limit_data 4GB | '4GB' (expected: a size",
        "*: bandwidth 0B | (expected: 1B or more)",
        "*: latency 99999999d | (expected: a duration",
      })
  void whatCannotBeReadIsNamed(String script, String message) {
    assertThatThrownBy(() -> FaultScript.parse(script))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("fault script, rule ")
        .hasMessageContaining(message);
  }

  @Test
  void theFirstRuleThatAppliesDecides() {
    FaultScript script =
        FaultScript.parse(
            "attempt 2: status 500; request 7: refuse; from 10s to 20s: garbage; attempt 3: ok; *:"
                + " timeout");

    assertThat(decide(script, 2, 7, 15)).hasToString("[status 500]");
    assertThat(decide(script, 1, 7, 15)).hasToString("[refuse]");
    assertThat(decide(script, 1, 1, 10)).hasToString("[garbage]");
    assertThat(decide(script, 1, 1, 20)).hasToString("[timeout]");
    assertThat(decide(script, 3, 1, 20)).isEmpty();
  }

  private static java.util.List<Fault> decide(
      FaultScript script, int attempt, long request, int seconds) {
    return script.decide(attempt, request, Duration.ofSeconds(seconds), 1);
  }

  @Test
  void chanceComesFromTheSeed() {
    FaultScript script = FaultScript.parse("* 30%: status 503");

    int hits = 0;
    for (int i = 0; i < 10_000; i++) {
      hits += script.decide(1, i, Duration.ZERO, 7).size();
    }

    assertThat(hits).isBetween(2_800, 3_200);
    assertThat(script.decide(1, 5, Duration.ZERO, 7))
        .isEqualTo(script.decide(1, 5, Duration.ZERO, 7));
  }
}
