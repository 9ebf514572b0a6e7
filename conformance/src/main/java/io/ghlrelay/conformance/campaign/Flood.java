package io.ghlrelay.conformance.campaign;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Somebody without the key who sends as fast as is answered, on connections of its own ({@code
 * campaign-forger}). Thread-safe.
 */
final class Flood {
  /** How the ids of forged events begin. */
  static final String PREFIX = "f0f0f0f0-";

  private static final int CONNECTIONS = 8;
  private static final int SIGNATURE_BYTES = 64;

  private final int port;
  private final Violations violations;
  private final AtomicLong sent;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;

  /** Begins at once. */
  Flood(int port, long seed, Violations violations, AtomicLong sent) {
    this.port = port;
    this.violations = violations;
    this.sent = sent;
    for (int i = 0; i < CONNECTIONS; i++) {
      Random random = new Random(seed + i);
      Thread thread = new Thread(() -> run(random), "campaign-forger");
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  private void run(Random random) {
    PlatformConnection connection = new PlatformConnection(port);
    while (!stopped) {
      byte[] signature = new byte[SIGNATURE_BYTES];
      random.nextBytes(signature);
      String id = PREFIX + "0000-4000-8000-%012x".formatted(random.nextLong() & 0xffffffffffffL);
      byte[] body =
          "{\"type\":\"ContactCreate\",\"locationId\":\"%s\",\"webhookId\":\"%s\"}"
              .formatted(EventSource.location(0), id)
              .getBytes(StandardCharsets.UTF_8);
      try {
        int status = connection.post(body, Base64.getEncoder().encodeToString(signature)).status();
        sent.incrementAndGet();
        if (status / 100 == 2) {
          violations.found(ViolationKind.FORGED, "forged event " + id + " was answered " + status);
        }
      } catch (IOException e) {
        LockSupport.parkNanos(1_000_000); // thrown out, or the relay is down: it knocks again
      }
    }
    try {
      connection.close();
    } catch (IOException e) {
      // A forger leaves without a word.
    }
  }

  /** Ends it, and waits for its threads. */
  void stop() throws InterruptedException {
    stopped = true;
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
