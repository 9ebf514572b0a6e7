package io.ghlrelay.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelOutboundBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a connection does while its answers are not read. */
class WebhookHandlerTest {
  private static final String ELSEWHERE = "A / HTTP/1.1\r\nHost:\r\n\r\n";
  private static final int MANY = 20_000;

  private final IngressHarness ingress = new IngressHarness();

  private void feed(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    ingress.feed(bytes, 0, bytes.length);
  }

  private static int count(String answers) {
    return answers.split("HTTP/1.1 404", -1).length - 1;
  }

  @Test
  void takesNoMoreRequestsWhileTheAnswersAreNotRead() {
    ChannelOutboundBuffer out = ingress.channel.unsafe().outboundBuffer();
    feed(ELSEWHERE);
    assertThat(count(ingress.answers())).isEqualTo(1);

    out.setUserDefinedWritability(1, false);
    ingress.channel.runPendingTasks();
    feed(ELSEWHERE.repeat(10));
    assertThat(count(ingress.answers())).as("none of the ten").isEqualTo(1);
    assertThat(ingress.channel.config().isAutoRead()).as("nor is more read").isFalse();

    out.setUserDefinedWritability(1, true);
    ingress.channel.runPendingTasks();
    assertThat(count(ingress.answers())).isEqualTo(11);
    assertThat(ingress.channel.config().isAutoRead()).isTrue();
    ingress.end();
  }

  @Test
  void thousandsOfRequestsThatWaitedAreTakenOneAfterTheOther() {
    ChannelOutboundBuffer out = ingress.channel.unsafe().outboundBuffer();
    out.setUserDefinedWritability(1, false);
    ingress.channel.runPendingTasks();
    feed(ELSEWHERE.repeat(MANY));

    out.setUserDefinedWritability(1, true);
    ingress.channel.runPendingTasks();
    assertThat(count(ingress.answers())).isEqualTo(MANY);
    ingress.end();
  }
}
