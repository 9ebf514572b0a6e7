package io.ghlrelay.it.blackbox;

import io.ghlrelay.conformance.signing.QuickSigner;
import io.ghlrelay.conformance.signing.SigningKeys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The platform and a load balancer: events at a rate, each to the next relay in turn, and once more
 * to the next one while it is not acknowledged. Thread-safe.
 */
final class ClusterLoad implements AutoCloseable {
  private static final int CONNECTIONS = 48;

  /** Longer than any relay may keep the platform waiting. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final long AGAIN = TimeUnit.MILLISECONDS.toNanos(50);

  private final List<URI> relays;
  private final QuickSigner signer;
  private final int events;
  private final double rate;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final ExecutorService senders = Executors.newFixedThreadPool(CONNECTIONS);
  private final List<Future<?>> sending = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger turn = new AtomicInteger();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> answers = new ConcurrentHashMap<>();
  private final AtomicLong longest = new AtomicLong();

  ClusterLoad(List<URI> relays, SigningKeys keys, int events, double rate) {
    this.relays = List.copyOf(relays);
    this.signer = keys.quickSigner();
    this.events = events;
    this.rate = rate;
  }

  void start() {
    long start = System.nanoTime();
    for (int i = 0; i < CONNECTIONS; i++) {
      sending.add(senders.submit(() -> send(start)));
    }
  }

  /** The id that the event of this number has. */
  private static String id(int number) {
    return "w-" + number;
  }

  private void send(long start) {
    for (int n = next.getAndIncrement(); n < events; n = next.getAndIncrement()) {
      long due = start + (long) (n * 1e9 / rate);
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      byte[] body =
          "{\"type\":\"ContactCreate\",\"locationId\":\"loc%d\",\"webhookId\":\"%s\"}"
              .formatted(n % 7, id(n))
              .getBytes(StandardCharsets.UTF_8);
      String signature = signer.sign(body);
      while (!acknowledged(body, signature)) {
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
        LockSupport.parkNanos(AGAIN);
      }
      acknowledged.add(id(n));
    }
  }

  private boolean acknowledged(byte[] body, String signature) {
    URI to = relays.get(Math.floorMod(turn.getAndIncrement(), relays.size()));
    HttpRequest request =
        HttpRequest.newBuilder(to)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .header("X-GHL-Signature", signature)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    long asked = System.nanoTime();
    String answer;
    try {
      int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      longest.accumulateAndGet(System.nanoTime() - asked, Math::max);
      answer = Integer.toString(status);
    } catch (HttpTimeoutException e) {
      answer = System.nanoTime() - asked < PATIENCE.toNanos() ? "no connection" : "no answer";
    } catch (IOException e) {
      answer = "no connection";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    answers.merge(answer, 1, Integer::sum);
    return answer.equals("200");
  }

  /** Waits until all are acknowledged. */
  void await(Duration limit) throws Exception {
    long end = System.nanoTime() + limit.toNanos();
    for (Future<?> one : sending) {
      try {
        one.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (ExecutionException e) {
        throw new IllegalStateException("a sender failed", e.getCause());
      }
    }
  }

  /** Whether all have been begun. */
  boolean over() {
    return next.get() >= events;
  }

  Set<String> acknowledged() {
    return Set.copyOf(acknowledged);
  }

  /** How often each answer came. */
  Map<String, Integer> answers() {
    return new TreeMap<>(answers);
  }

  /** The longest that an answer took. */
  Duration longest() {
    return Duration.ofNanos(longest.get());
  }

  @Override
  public void close() {
    senders.shutdownNow();
  }
}
