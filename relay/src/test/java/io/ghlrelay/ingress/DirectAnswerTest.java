package io.ghlrelay.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.ManualClock;
import io.ghlrelay.config.IngressConfig;
import io.ghlrelay.config.ListenAddress;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SigningKeys;
import io.ghlrelay.platform.CryptoProviders;
import io.ghlrelay.platform.PublicKeys;
import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.platform.SignatureVerifier;
import io.ghlrelay.routing.Route;
import io.ghlrelay.routing.RoutingTable;
import io.ghlrelay.store.memory.MemoryEventStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A connection whose request waits for the target of a direct route. */
class DirectAnswerTest {
  private static final SigningKeys KEYS = SigningKeys.generate();

  /** All that bodies may take: it can be reserved only while no other body is held. */
  private static final long ALL = 256L << 20;

  private final ManualClock clock = new ManualClock();
  private final CompletableFuture<Forwarder.Answer> answer = new CompletableFuture<>();
  private final IngressServer.Shared shared = shared();

  private IngressServer.Shared shared() {
    IngressMetrics metrics = new IngressMetrics(new SimpleMeterRegistry());
    SignatureVerifier verifier =
        new SignatureVerifier(
            List.of(
                PublicKeys.parse(
                    SignatureScheme.ED25519,
                    KEYS.publicPem(Scheme.ED25519).getBytes(StandardCharsets.UTF_8))),
            CryptoProviders.choose());
    Route direct =
        new Route("d", List.of(), List.of(), List.of(), List.of(), List.of("crm"), false, true);
    Intake intake =
        new Intake(
            new Intake.Rules(verifier, Set.of(), new RoutingTable(List.of(direct))),
            new MemoryEventStore(),
            new CompanyDirectory(Map.of()),
            (stored, body) -> {
              throw new AssertionError("stored: " + stored);
            },
            (target, event, body) -> answer,
            metrics,
            clock);
    IngressConfig config =
        new IngressConfig(
            new ListenAddress("127.0.0.1", 0),
            "/w",
            1 << 20,
            Duration.ofSeconds(10),
            10,
            null,
            List.of(),
            false);
    return new IngressServer.Shared(config, null, intake, metrics, clock);
  }

  private EmbeddedChannel posted(String body) {
    EmbeddedChannel channel = new EmbeddedChannel(new WebhookHandler(shared));
    Sender.connected(channel, InetAddress.getLoopbackAddress());
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    var request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.POST, "/w", Unpooled.wrappedBuffer(bytes));
    request.headers().set("Host", "localhost");
    request.headers().set("X-GHL-Signature", KEYS.sign(Scheme.ED25519, bytes));
    channel.writeInbound(request);
    return channel;
  }

  private boolean noBodyIsHeld() {
    boolean none = shared.bodies().reserve(ALL, true);
    if (none) {
      shared.bodies().release(ALL);
    }
    return none;
  }

  @Test
  void aBodyCountsUntilTheAnswer() {
    EmbeddedChannel channel = posted("{}");
    assertThat(channel.<Object>readOutbound()).isNull();
    assertThat(noBodyIsHeld()).isFalse();

    answer.complete(new Forwarder.Answer(503, "why", Duration.ofMillis(1001)));

    channel.runPendingTasks();
    FullHttpResponse response = channel.readOutbound();
    assertThat(response.status().code()).isEqualTo(503);
    assertThat(response.headers().get("Retry-After")).as("rounded up").isEqualTo("2");
    assertThat(response.content().toString(StandardCharsets.UTF_8)).contains("\"why\"");
    response.release();
    assertThat(noBodyIsHeld()).isTrue();
  }

  @Test
  void aBodyWhoseSenderHasGoneCountsUntilTheAnswerToo() {
    EmbeddedChannel channel = posted("{}");
    channel.close();
    channel.runPendingTasks();
    assertThat(noBodyIsHeld()).isFalse();

    answer.complete(new Forwarder.Answer(200, "", null));

    channel.runPendingTasks();
    assertThat(noBodyIsHeld()).isTrue();
  }

  @Test
  void aForwarderThatBreaksIsAnsweredAndHoldsNothing() {
    EmbeddedChannel channel = posted("{}");

    answer.completeExceptionally(new IllegalStateException("broken"));

    channel.runPendingTasks();
    FullHttpResponse response = channel.readOutbound();
    assertThat(response.status().code()).isEqualTo(429);
    response.release();
    assertThat(noBodyIsHeld()).isTrue();
  }
}
