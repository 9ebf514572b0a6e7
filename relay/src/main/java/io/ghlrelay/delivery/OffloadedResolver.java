package io.ghlrelay.delivery;

import io.ghlrelay.config.AddressRule;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves names as the operating system does (hosts file, search domains, its own name services),
 * but on threads of its own ({@code relay-dns}): Netty's default resolver does so on the event
 * loop, where one dead name server would stop every target. Java caches the results. Only addresses
 * that the target's rule allows are found. Thread-safe.
 */
final class OffloadedResolver implements AutoCloseable {
  /** Look-ups at once; a name server that hangs holds one each. */
  private static final int THREADS = 8;

  /** Look-ups that may wait; beyond it an attempt fails as not resolved and is retried. */
  private static final int WAITING = 10_000;

  private static final long NOTE_EVERY = TimeUnit.MINUTES.toNanos(1);

  private static final Logger log = LoggerFactory.getLogger(OffloadedResolver.class);

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          30,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(WAITING),
          new DefaultThreadFactory("relay-dns", true));

  private final Map<AddressRule, AddressResolverGroup<InetSocketAddress>> groups =
      new ConcurrentHashMap<>();

  private final AtomicLong refusalNotedAt = new AtomicLong(System.nanoTime() - NOTE_EVERY);

  OffloadedResolver() {
    threads.allowCoreThreadTimeOut(true);
  }

  /** For a Netty bootstrap: finds only addresses that a rule allows. */
  AddressResolverGroup<InetSocketAddress> group(AddressRule rule) {
    return groups.computeIfAbsent(
        rule,
        key ->
            new AddressResolverGroup<>() {
              @Override
              protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
                return new Offloaded(executor, key).asAddressResolver();
              }
            });
  }

  /** The allowed addresses of a host, literal ones included; at least one. */
  private List<InetAddress> allowed(String host, AddressRule rule) throws UnknownHostException {
    List<InetAddress> allowed = new ArrayList<>();
    String refusal = null;
    for (InetAddress address : InetAddress.getAllByName(host)) {
      String why = rule.refusal(address);
      if (why == null) {
        allowed.add(address);
      } else {
        refusal = address.getHostAddress() + " is " + why;
      }
    }
    if (allowed.isEmpty()) {
      note(host, refusal);
      throw new UnknownHostException(host + ": " + refusal);
    }
    return allowed;
  }

  /** Once a minute: every attempt meets it. */
  private void note(String host, @Nullable String refusal) {
    long now = System.nanoTime();
    long last = refusalNotedAt.get();
    if (now - last >= NOTE_EVERY && refusalNotedAt.compareAndSet(last, now)) {
      log.warn("Nothing is sent to {}: {}.", host, refusal);
    }
  }

  @Override
  public void close() {
    groups.values().forEach(AddressResolverGroup::close);
    threads.shutdownNow();
  }

  private final class Offloaded extends InetNameResolver {
    private final AddressRule rule;

    Offloaded(EventExecutor executor, AddressRule rule) {
      super(executor);
      this.rule = rule;
    }

    @Override
    protected void doResolve(String host, Promise<InetAddress> promise) {
      offload(promise, () -> promise.trySuccess(allowed(host, rule).get(0)));
    }

    @Override
    protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
      offload(promise, () -> promise.trySuccess(allowed(host, rule)));
    }

    private void offload(Promise<?> promise, Lookup lookup) {
      try {
        threads.execute(
            () -> {
              try {
                lookup.run();
              } catch (UnknownHostException e) {
                promise.tryFailure(e);
              }
            });
      } catch (RejectedExecutionException e) {
        UnknownHostException full = new UnknownHostException("too many look-ups are waiting");
        full.initCause(e);
        promise.tryFailure(full);
      }
    }
  }

  private interface Lookup {
    void run() throws UnknownHostException;
  }
}
