package io.ghlrelay;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how the service is doing, where systemd asks for it by the environment
 * (sd_notify(3) and sd_watchdog_enabled(3)); everywhere else it does nothing. Thread-safe.
 *
 * <p>It never fails the relay: what goes wrong is logged, once. It has a loop of its own, so that
 * it can still speak when those of the relay hang, or stop.
 */
final class Systemd implements AutoCloseable {
  private static final String SOCKET = "NOTIFY_SOCKET";
  private static final String WATCHDOG = "WATCHDOG_USEC";
  private static final String WATCHDOG_PID = "WATCHDOG_PID";

  /** How long a stop waits until its announcement is out. */
  private static final long SEND_SECONDS = 1;

  private static final Logger log = LoggerFactory.getLogger(Systemd.class);

  private final @Nullable EventLoopGroup loop;
  private final @Nullable Channel socket;
  private final long watchdogMicros;
  private final AtomicBoolean failed = new AtomicBoolean();
  private volatile boolean stopping;

  // Both confined to the loop.
  private CompletableFuture<Void> asked = CompletableFuture.completedFuture(null);
  private boolean silent;

  private Systemd(@Nullable EventLoopGroup loop, @Nullable Channel socket, long watchdogMicros) {
    this.loop = loop;
    this.socket = socket;
    this.watchdogMicros = watchdogMicros;
  }

  /** As the environment asks for it. */
  static Systemd of(Map<String, String> environment) {
    String path = environment.get(SOCKET);
    if (path == null || path.isEmpty()) {
      return nobody();
    }
    if (!Epoll.isAvailable()) {
      log.warn("systemd cannot be told of readiness: that needs epoll, which is not there.");
      return nobody();
    }
    if (!path.startsWith("/") && !path.startsWith("@")) {
      log.warn("systemd cannot be told of readiness: {}={} is not supported.", SOCKET, path);
      return nobody();
    }
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("relay-systemd", true), EpollIoHandler.newFactory());
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(EpollDomainDatagramChannel.class)
            .handler(new ChannelInboundHandlerAdapter())
            .connect(address(path))
            .awaitUninterruptibly();
    if (!connected.isSuccess()) {
      log.warn("systemd cannot be told of readiness at {}: {}", path, reason(connected.cause()));
      loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      return nobody();
    }
    return new Systemd(loop, connected.channel(), watchdogMicros(environment));
  }

  private static Systemd nobody() {
    return new Systemd(null, null, 0);
  }

  /** An address that starts with @ is one of Linux's abstract names. */
  private static DomainSocketAddress address(String path) {
    return new DomainSocketAddress(path.startsWith("@") ? "\0" + path.substring(1) : path);
  }

  /** How often systemd must hear that the relay lives, in microseconds; 0 = it does not ask. */
  static long watchdogMicros(Map<String, String> environment) {
    String micros = environment.getOrDefault(WATCHDOG, "");
    String pid = environment.getOrDefault(WATCHDOG_PID, "");
    if (micros.isEmpty()
        || (!pid.isEmpty() && !pid.equals(Long.toString(ProcessHandle.current().pid())))) {
      return 0;
    }
    try {
      return Math.max(0, Long.parseLong(micros));
    } catch (NumberFormatException e) {
      log.warn("{}={} is not a number of microseconds: no watchdog.", WATCHDOG, micros);
      return 0;
    }
  }

  /**
   * The relay is ready, for the first time or again after {@link #reloading}.
   *
   * @param status one line for {@code systemctl status}
   */
  void ready(String status) {
    if (!stopping) {
      tell("READY=1\nSTATUS=" + status.replaceAll("\\s+", " "));
    }
  }

  /** The configuration is being read again. */
  void reloading() {
    if (!stopping) {
      // On Linux, Java's nanoTime is the CLOCK_MONOTONIC that systemd compares this with.
      tell("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1_000);
    }
  }

  /** The relay stops. Returns when that is sent. */
  void stopping() {
    stopping = true;
    ChannelFuture sent = tell("STOPPING=1\nSTATUS=Finishing the attempts in flight.");
    if (sent != null) {
      sent.awaitUninterruptibly(SEND_SECONDS, TimeUnit.SECONDS);
    }
  }

  /**
   * Tells at half of the watchdog's time that the relay lives, if systemd watches.
   *
   * @param pulse asks what must not hang, and completes when it has answered
   */
  void watch(Supplier<CompletableFuture<Void>> pulse) {
    if (loop != null && watchdogMicros > 0) {
      long every = Math.max(1, watchdogMicros / 2);
      loop.scheduleWithFixedDelay(() -> beat(pulse), 0, every, TimeUnit.MICROSECONDS);
    }
  }

  /** One look, on the loop: asks anew only when the last question is answered. */
  void beat(Supplier<CompletableFuture<Void>> pulse) {
    if (loop == null) {
      return;
    }
    if (!asked.isDone()) {
      silenced("no answer since the last look");
      return;
    }
    try {
      asked = pulse.get();
    } catch (RuntimeException e) {
      asked = CompletableFuture.failedFuture(e);
    }
    asked.whenCompleteAsync(
        (done, failure) -> {
          if (failure == null) {
            tell("WATCHDOG=1");
            silent = false;
          } else {
            silenced(failure.toString());
          }
        },
        loop);
  }

  private void silenced(String why) {
    if (!silent && !stopping) {
      silent = true;
      log.error("The relay hangs ({}); systemd is not told that it lives.", why);
    }
  }

  private @Nullable ChannelFuture tell(String message) {
    if (socket == null) {
      return null;
    }
    return socket
        .writeAndFlush(Unpooled.copiedBuffer(message, StandardCharsets.UTF_8))
        .addListener(
            sent -> {
              if (!sent.isSuccess() && failed.compareAndSet(false, true)) {
                log.warn("systemd was not told {}: {}", message, reason(sent.cause()));
              }
            });
  }

  private static String reason(@Nullable Throwable cause) {
    return String.valueOf(cause);
  }

  /** Ends the loop; what was told is sent. */
  @Override
  public void close() {
    if (loop != null) {
      // Netty closes the channel before writes that still wait for the loop: let them pass first.
      loop.submit(() -> {}).awaitUninterruptibly(SEND_SECONDS, TimeUnit.SECONDS);
      loop.shutdownGracefully(0, SEND_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }
}
