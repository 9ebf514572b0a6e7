package io.ghlrelay.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.FullHttpResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What refused senders are told. */
class AnswersTest {
  @ParameterizedTest
  @EnumSource(Refusal.class)
  void whoeverIsToComeAgainIsToldWhen(Refusal refusal) {
    FullHttpResponse answer = Answers.refused(refusal);
    assertThat(answer.status().code()).isEqualTo(refusal.status());
    assertThat(answer.headers().get("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.headers().get("Retry-After")).isEqualTo(refusal.status() == 429 ? "5" : null);
  }
}
