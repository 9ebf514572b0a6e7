package io.ghlrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.config.Secret;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.TransportError;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is understood of a token endpoint's answer, and that no word of it is passed on. */
class TokenAnswerTest {
  private static TokenAnswer answer(Outcome outcome, String body) {
    return TokenAnswer.of(
        new TargetAnswer(
            outcome, Instant.EPOCH, Instant.EPOCH, body.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'access_token':'t','token_type':'Bearer','expires_in':60,'scope':'x','more':[1]} | 60",
        "{'access_token':'t','token_type':'bearer','expires_in':'60'} | 60",
        "{'access_token':'t','expires_in':59.9} | 59",
        "{'access_token':'t','expires_in':99999999999} | 86400",
      })
  void takesAToken(String body, long life) {
    assertThat(answer(Outcome.answered(200), body.replace('\'', '"')))
        .isEqualTo(
            new TokenAnswer(TokenAnswer.Result.OK, new Secret("t"), Duration.ofSeconds(life), ""));
  }

  @Test
  void aLifeThatIsNotSaidIsNotKnown() {
    assertThat(answer(Outcome.answered(200), "{\"access_token\":\"t\",\"expires_in\":null}").life())
        .isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200 | {'access_token':'t0k3n' | invalid | its answer holds no access_token",
        "200 | {'access_token':'t0k3n'} x | invalid | its answer holds no access_token",
        "200 | <html>t0k3n</html> | invalid | its answer holds no access_token",
        "200 | '' | invalid | its answer holds no access_token",
        "200 | ['t0k3n'] | invalid | its answer holds no access_token",
        "200 | {'access_token':['t0k3n']} | invalid | its answer holds no access_token",
        "200 | {'access_token':''} | invalid | its answer holds no access_token",
        "200 | {'access_token':'t0k3n\\r\\nX: y'} | invalid | its answer holds no access_token",
        "200 | {'access_token':'t0k3n','token_type':'mac'} | invalid | its token_type is not"
            + " Bearer",
        "200 | {'access_token':'t0k3n','expires_in':0} | invalid | its token has no time to live",
        "200 | {'access_token':'t0k3n','expires_in':-5} | invalid | its token has no time to live",
        "401 | {'error':'invalid_client','error_description':'t0k3n'} | refused | status 401,"
            + " invalid_client",
        "400 | {'error':'t0k3n'} | refused | status 400",
        "302 | {'access_token':'t0k3n'} | refused | status 302",
        "500 | t0k3n | refused | status 500",
      })
  void saysWhatIsWrongInItsOwnWords(int status, String body, String result, String problem) {
    TokenAnswer answer = answer(Outcome.answered(status), body.replace('\'', '"'));

    assertThat(answer.result().id()).isEqualTo(result);
    assertThat(answer.token()).isNull();
    assertThat(answer.problem()).isEqualTo(problem);
  }

  @Test
  void withoutAnAnswerItIsUnreachable() {
    TokenAnswer answer = answer(Outcome.failed(TransportError.TLS), "");

    assertThat(answer.result()).isEqualTo(TokenAnswer.Result.UNREACHABLE);
    assertThat(answer.problem()).isEqualTo("tls");
  }
}
