package io.ghlrelay.store.rocksdb;

import io.ghlrelay.platform.Envelope;
import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventIds;
import io.ghlrelay.store.Header;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What encoding for the store costs, hot. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RecordsBenchmark {
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00.123456Z");

  private static final List<Records.Routed> ROUTED = List.of(new Records.Routed(1, "all"));

  private final Event event =
      new Event(
          new EventIds(Clock.systemUTC()).next(),
          NOW,
          new Envelope(
              "0b0f3a5c-6f0e-4f8e-9d52-0f1e2d3c4b5a",
              "ContactUpdate",
              "ve9EPM428h8vShlRW1KT",
              null,
              "65f0c2a7b1",
              "2026-11-24T10:00:00.000Z"),
          SignatureScheme.ED25519,
          List.of(
              new Header("Content-Type", "application/json"),
              new Header("Host", "hooks.example.com"),
              new Header("Content-Length", "2048"),
              new Header("X-GHL-Signature", "A".repeat(88)),
              new Header("User-Agent", "axios/1.6.2")),
          2048,
          false);
  private final Delivery delivery = Delivery.first(event.id(), "crm", "all", NOW);
  private final Attempt attempt =
      new Attempt(1, 1, NOW, NOW, Duration.ofMillis(12), Outcome.answered(200), new byte[0], null);
  private final byte[] stored = Records.event(event, ROUTED);

  @Benchmark
  public byte[] encodeEvent() {
    return Records.event(event, ROUTED);
  }

  @Benchmark
  public Event decodeEvent() {
    return Records.event(event.id(), stored).event();
  }

  @Benchmark
  public byte[] encodeDelivery() {
    return Records.delivery(delivery);
  }

  @Benchmark
  public byte[] encodeStep() {
    return Records.step(delivery, attempt);
  }
}
