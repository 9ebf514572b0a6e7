package io.ghlrelay.ingress;

import io.ghlrelay.config.IngressConfig;
import io.ghlrelay.config.ListenAddress;
import io.ghlrelay.platform.CryptoProviders;
import io.ghlrelay.platform.PublicKeys;
import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.platform.SignatureVerifier;
import io.ghlrelay.routing.RoutingTable;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.EventStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The ingress's real pipeline and intake in memory, without sockets, threads and a store: what is
 * admitted waits until {@link #store} says that it is durable. Not thread-safe.
 */
final class IngressHarness {
  /** Largest body, in bytes: within the reach of a fuzzer. */
  static final int MAX_BODY = 1024;

  /** Public key of RFC 8032, section 7.1, test 1; its private key is there, too. */
  static final String KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

  private static final SignatureVerifier VERIFIER =
      new SignatureVerifier(
          List.of(
              PublicKeys.parse(SignatureScheme.ED25519, KEY.getBytes(StandardCharsets.US_ASCII))),
          CryptoProviders.choose());

  private static final IngressMetrics METRICS = new IngressMetrics(new SimpleMeterRegistry());

  /** Everything admitted so far. */
  final List<Admission> admitted = new ArrayList<>();

  final EmbeddedChannel channel = new LoopbackChannel();
  private final ArrayDeque<Runnable> undurable = new ArrayDeque<>();
  private final List<ByteBuf> fed = new ArrayList<>();
  private final StringBuilder answers = new StringBuilder();
  private final IngressServer.Shared shared;

  /** Netty's own has no address that the limit of failures could count by. */
  private static final class LoopbackChannel extends EmbeddedChannel {
    @Override
    protected SocketAddress remoteAddress0() {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    }
  }

  IngressHarness() {
    Intake intake =
        new Intake(
            new Intake.Rules(VERIFIER, Set.of(), new RoutingTable(List.of())),
            fakeStore(),
            new CompanyDirectory(Map.of()),
            (stored, body) -> {},
            (target, event, body) -> {
              throw new AssertionError("no route is direct");
            },
            METRICS,
            Clock.systemUTC());
    IngressConfig config =
        new IngressConfig(
            new ListenAddress("127.0.0.1", 0),
            "/webhooks",
            MAX_BODY,
            Duration.ofHours(1), // time is not what is tested
            1,
            null,
            List.of(),
            false);
    shared = new IngressServer.Shared(config, null, intake, METRICS, Clock.systemUTC());
    Sender.connected(channel, InetAddress.getLoopbackAddress());
    ConnectionSetup.http1(channel, shared);
    channel.pipeline().fireChannelActive();
  }

  private EventStore fakeStore() {
    return (EventStore)
        Proxy.newProxyInstance(
            IngressHarness.class.getClassLoader(),
            new Class<?>[] {EventStore.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("admit")) {
                throw new UnsupportedOperationException(method.getName());
              }
              Admission admission = (Admission) arguments[0];
              CompletableFuture<Admitted> answer = new CompletableFuture<>();
              admitted.add(admission);
              undurable.add(
                  () -> answer.complete(new Admitted.Stored(admission.event(), List.of())));
              return answer;
            });
  }

  /** Bytes come in, if the connection is still there. */
  void feed(byte[] bytes, int from, int to) {
    if (channel.isActive()) {
      ByteBuf piece = Unpooled.copiedBuffer(bytes, from, to - from);
      fed.add(piece);
      channel.writeInbound(piece);
    }
  }

  /** What was admitted becomes durable, and what is admitted on that. */
  void store() {
    for (Runnable next = undurable.poll(); next != null; next = undurable.poll()) {
      next.run();
      channel.runPendingTasks();
    }
  }

  /** Some time goes by: late answers, and the end of connections that are to be closed. */
  void pass(Duration time) {
    channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
    channel.runPendingTasks();
  }

  /** All that was answered so far, as text. */
  String answers() {
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      answers.append(out.toString(StandardCharsets.ISO_8859_1));
      out.release();
    }
    return answers.toString();
  }

  /** Ends the connection from the other side; whatever is wrong by then is thrown. */
  void end() {
    store();
    channel.finishAndReleaseAll();
    channel.checkException();
    for (ByteBuf piece : fed) {
      if (piece.refCnt() != 0) {
        throw new AssertionError("a buffer is left over");
      }
    }
    if (!shared.bodies().reserve(IngressServer.MAX_RECEIVING, true)) {
      throw new AssertionError("room for a body is still reserved");
    }
  }
}
