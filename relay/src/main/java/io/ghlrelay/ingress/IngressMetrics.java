package io.ghlrelay.ingress;

import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.platform.Verification;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Meters of the ingress; all registered at once so that they read 0 before anything happens. */
public final class IngressMetrics {
  private static final Duration[] ACK_BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5)
  };

  private final Counter stored;
  private final Counter duplicates;
  private final Counter direct;
  private final Counter directFailed;
  private final Counter conflicts;
  private final Counter unrouted;
  private final Map<Refusal, Counter> refusals = new EnumMap<>(Refusal.class);
  private final Map<SignatureScheme, Counter> verified = new EnumMap<>(SignatureScheme.class);
  private final Map<Verification.Reason, Counter> unverified =
      new EnumMap<>(Verification.Reason.class);
  private final Timer acknowledgement;
  private final DistributionSummary size;
  private final AtomicLong lastReceivedSeconds = new AtomicLong();
  private final AtomicLong certificateExpirySeconds = new AtomicLong();
  private final AtomicLong certificateRefused = new AtomicLong();

  /** Over a registry. */
  public IngressMetrics(MeterRegistry registry) {
    this.stored = received(registry, "stored");
    this.duplicates = received(registry, "duplicate");
    this.direct = received(registry, "direct");
    this.directFailed = received(registry, "direct_failed");
    for (Refusal refusal : Refusal.values()) {
      refusals.put(refusal, received(registry, refusal.name().toLowerCase(Locale.ROOT)));
    }
    this.conflicts =
        Counter.builder("relay.conflicts")
            .description("Events with the ids of an earlier event but another body.")
            .register(registry);
    this.unrouted =
        Counter.builder("relay.unrouted")
            .description("Events that no route took.")
            .register(registry);
    for (SignatureScheme scheme : SignatureScheme.values()) {
      verified.put(scheme, check(registry, scheme.id(), "verified"));
    }
    for (Verification.Reason reason : Verification.Reason.values()) {
      unverified.put(reason, check(registry, "none", reason.name().toLowerCase(Locale.ROOT)));
    }
    this.acknowledgement =
        Timer.builder("relay.ingest.ack")
            .description("From the last byte of an event to its acknowledgement.")
            .serviceLevelObjectives(ACK_BUCKETS)
            .register(registry);
    this.size =
        DistributionSummary.builder("relay.event.size")
            .description("Bodies of events stored.")
            .baseUnit("bytes")
            .serviceLevelObjectives(512, 2048, 8192, 32_768, 131_072, 524_288, 1_048_576)
            .register(registry);
    Gauge.builder("relay.last.event.received.timestamp", lastReceivedSeconds, AtomicLong::get)
        .description(
            "When an event was last stored, or taken by the target of a direct route, since the"
                + " start of the relay; 0 if none was.")
        .baseUnit("seconds")
        .register(registry);
    Gauge.builder(
            "relay.ingress.certificate.expiry.timestamp", certificateExpirySeconds, AtomicLong::get)
        .description("Until when the certificate in force is valid; 0 without ingress.tls.")
        .baseUnit("seconds")
        .register(registry);
    Gauge.builder("relay.ingress.certificate.refused", certificateRefused, AtomicLong::get)
        .description(
            "1 if the certificate on disk cannot be used, so that an older one is in force.")
        .register(registry);
  }

  private static Counter received(MeterRegistry registry, String outcome) {
    return Counter.builder("relay.events.received")
        .description("Requests by what became of them.")
        .tag("outcome", outcome)
        .register(registry);
  }

  private static Counter check(MeterRegistry registry, String scheme, String result) {
    return Counter.builder("relay.signature.checks")
        .description("Signature checks by result.")
        .tag("scheme", scheme)
        .tag("result", result)
        .register(registry);
  }

  void checked(Verification verification) {
    if (verification instanceof Verification.Verified good) {
      Objects.requireNonNull(verified.get(good.scheme())).increment();
    } else if (verification instanceof Verification.Refused refused) {
      Objects.requireNonNull(unverified.get(refused.reason())).increment();
    }
  }

  void stored(int bytes, boolean conflict, boolean routed, Instant at, Duration wait) {
    stored.increment();
    size.record(bytes);
    acknowledgement.record(wait);
    lastReceivedSeconds.set(at.getEpochSecond());
    if (conflict) {
      conflicts.increment();
    }
    if (!routed) {
      unrouted.increment();
    }
  }

  void duplicate(Duration wait) {
    duplicates.increment();
    acknowledgement.record(wait);
  }

  /** The target of a direct route took an event, or did not. */
  void forwarded(boolean taken, Instant at) {
    if (taken) {
      direct.increment();
      lastReceivedSeconds.set(at.getEpochSecond());
    } else {
      directFailed.increment();
    }
  }

  void certificate(@Nullable Instant notAfter, boolean newOneRefused) {
    certificateExpirySeconds.set(notAfter == null ? 0 : notAfter.getEpochSecond());
    certificateRefused.set(newOneRefused ? 1 : 0);
  }

  void refused(Refusal refusal) {
    Objects.requireNonNull(refusals.get(refusal)).increment();
  }
}
