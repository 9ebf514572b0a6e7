package io.ghlrelay;

import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.retry.RandomJitter;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.time.SteadyClock;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A relay whose disk is slow: each event takes the store's one writer so many milliseconds. What it
 * bears is thus known, and little enough for a test to offer ten times as much.
 */
public final class SlowRelay {
  private SlowRelay() {}

  /** Serves until it is killed; the arguments are the configuration and the milliseconds. */
  public static void main(String[] arguments) throws Exception {
    Path config = Path.of(arguments[0]);
    long nanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(arguments[1]));
    Relay relay =
        Relay.start(
            () -> new ConfigLoader(Map.of(), Map.of()).load(config),
            new SteadyClock(),
            new RandomJitter(),
            store -> slow(store, nanos));
    Runtime.getRuntime().addShutdownHook(new Thread(relay::close));
    Thread.currentThread().join();
  }

  private static EventStore slow(EventStore store, long nanos) {
    return (EventStore)
        Proxy.newProxyInstance(
            SlowRelay.class.getClassLoader(),
            new Class<?>[] {EventStore.class},
            (proxy, method, values) -> {
              try {
                Object result = method.invoke(store, values);
                // What depends on an admission runs on the writer's thread, and holds it up.
                return method.getName().equals("admit")
                    ? ((CompletionStage<?>) result).whenComplete((done, e) -> hold(nanos))
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static void hold(long nanos) {
    if (!Thread.currentThread().getName().equals("relay-store-writer")) {
      return; // refused at once, by the thread that asked
    }
    long until = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
