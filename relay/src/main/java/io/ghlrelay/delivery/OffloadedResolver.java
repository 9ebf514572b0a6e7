package io.ghlrelay.delivery;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Resolves names as the operating system does (hosts file, search domains, its own name services),
 * but on threads of its own ({@code relay-dns}): Netty's default resolver does so on the event
 * loop, where one dead name server would stop every target. Java caches the results. Thread-safe.
 */
final class OffloadedResolver implements AutoCloseable {
  /** Look-ups at once; a name server that hangs holds one each. */
  private static final int THREADS = 8;

  /** Look-ups that may wait; beyond it an attempt fails as not resolved and is retried. */
  private static final int WAITING = 10_000;

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          30,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(WAITING),
          new DefaultThreadFactory("relay-dns", true));

  private final AddressResolverGroup<InetSocketAddress> group =
      new AddressResolverGroup<>() {
        @Override
        protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
          return new Offloaded(executor).asAddressResolver();
        }
      };

  OffloadedResolver() {
    threads.allowCoreThreadTimeOut(true);
  }

  /** For a Netty bootstrap. */
  AddressResolverGroup<InetSocketAddress> group() {
    return group;
  }

  @Override
  public void close() {
    group.close();
    threads.shutdownNow();
  }

  private final class Offloaded extends InetNameResolver {
    Offloaded(EventExecutor executor) {
      super(executor);
    }

    @Override
    protected void doResolve(String host, Promise<InetAddress> promise) {
      offload(promise, () -> promise.trySuccess(InetAddress.getByName(host)));
    }

    @Override
    protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
      offload(promise, () -> promise.trySuccess(List.of(InetAddress.getAllByName(host))));
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
