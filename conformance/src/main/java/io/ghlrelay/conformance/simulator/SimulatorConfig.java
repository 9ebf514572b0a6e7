package io.ghlrelay.conformance.simulator;

import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.schedule.Profile;
import io.ghlrelay.conformance.schedule.Profiles;
import io.ghlrelay.conformance.signing.SignatureMode;
import io.ghlrelay.conformance.signing.SigningKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a simulator is set up. What the platform does not publish (timeout, redirects, Retry-After,
 * user agent) is a parameter here; no default claims to be the platform's. Not thread-safe.
 */
public final class SimulatorConfig {
  private @Nullable URI target;
  private Profile profile = Profiles.GHL_2025;
  private SigningKeys keys = SigningKeys.shared();
  private SignatureMode signature = SignatureMode.ED25519;
  private long seed = new SecureRandom().nextLong() >>> 16;
  private double speed = 1;
  private boolean virtual = true;
  private Duration requestTimeout = Duration.ofSeconds(10);
  private boolean followRedirects;
  private int concurrency = 1;
  private FaultScript script = FaultScript.NONE;
  private Instant start = Instant.parse("2026-01-01T00:00:00Z");
  private Map<String, String> headers = Map.of("Content-Type", "application/json");
  private @Nullable HttpClient http;
  private SimulationListener listener = SimulationListener.NONE;

  /** The defaults: {@code ghl-2025}, Ed25519, virtual time, a random seed. */
  public SimulatorConfig() {}

  /** Where events are sent; may be given later. */
  public SimulatorConfig target(URI value) {
    target = value;
    return this;
  }

  /** The rule set. */
  public SimulatorConfig profile(Profile value) {
    profile = value;
    return this;
  }

  /** The keys to sign with; default: {@link SigningKeys#shared}. */
  public SimulatorConfig keys(SigningKeys value) {
    keys = value;
    return this;
  }

  /** Which signature headers events carry. */
  public SimulatorConfig signature(SignatureMode value) {
    signature = value;
    return this;
  }

  /** The source of all randomness: ids, payloads, jitter, faults. */
  public SimulatorConfig seed(long value) {
    seed = value;
    return this;
  }

  /** Virtual time: it jumps when nothing is in flight. The default. */
  public SimulatorConfig virtualTime() {
    virtual = true;
    return this;
  }

  /**
   * Running time.
   *
   * @param times 1 = real, 600 = ten minutes a second; 0.001 to 1,000,000
   */
  public SimulatorConfig runningTime(double times) {
    if (!(times >= 0.001 && times <= 1_000_000)) {
      throw new IllegalArgumentException(
          "speed: " + times + " (expected: 0.001 to 1000000, in times real time)");
    }
    virtual = false;
    speed = times;
    return this;
  }

  /** Of a whole request, in real time; an attempt that meets it counts so long. */
  public SimulatorConfig requestTimeout(Duration value) {
    if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "requestTimeout: " + value + " (expected: more than 0, at most 1 h)");
    }
    requestTimeout = value;
    return this;
  }

  /** Whether redirects are followed. Default: no. */
  public SimulatorConfig followRedirects(boolean value) {
    followRedirects = value;
    return this;
  }

  /** Requests under way at a time, 1 to 10,000. One, the default, keeps the order of requests. */
  public SimulatorConfig concurrency(int value) {
    if (value < 1 || value > 10_000) {
      throw new IllegalArgumentException("concurrency: " + value + " (expected: 1 to 10000)");
    }
    concurrency = value;
    return this;
  }

  /** What goes wrong between the platform and the endpoint. */
  public SimulatorConfig script(FaultScript value) {
    script = value;
    return this;
  }

  /** Where virtual and scaled time begin. */
  public SimulatorConfig start(Instant value) {
    start = value;
    return this;
  }

  /** Headers beside the signatures, by name. */
  public SimulatorConfig headers(Map<String, String> value) {
    headers = Map.copyOf(value);
    return this;
  }

  /** The client to send with, for its TLS settings or proxy; default: a plain one. */
  public SimulatorConfig http(HttpClient value) {
    http = value;
    return this;
  }

  /** Told of every attempt. */
  public SimulatorConfig listener(SimulationListener value) {
    listener = value;
    return this;
  }

  /** A simulator of this set-up, which may be changed afterwards without effect on it. */
  public Simulator build() {
    return new Simulator(copy());
  }

  private SimulatorConfig copy() {
    SimulatorConfig copy = new SimulatorConfig();
    copy.target = target;
    copy.profile = profile;
    copy.keys = keys;
    copy.signature = signature;
    copy.seed = seed;
    copy.speed = speed;
    copy.virtual = virtual;
    copy.requestTimeout = requestTimeout;
    copy.followRedirects = followRedirects;
    copy.concurrency = concurrency;
    copy.script = script;
    copy.start = start;
    copy.headers = headers;
    copy.http = http;
    copy.listener = listener;
    return copy;
  }

  @Nullable URI target() {
    return target;
  }

  Profile profile() {
    return profile;
  }

  SigningKeys keys() {
    return keys;
  }

  SignatureMode signature() {
    return signature;
  }

  long seed() {
    return seed;
  }

  Duration requestTimeout() {
    return requestTimeout;
  }

  int concurrency() {
    return concurrency;
  }

  FaultScript script() {
    return script;
  }

  Instant start() {
    return start;
  }

  Map<String, String> headers() {
    return headers;
  }

  SimulationListener listener() {
    return listener;
  }

  SimulatorTime time() {
    return virtual ? new SimulatorTime.Virtual(start) : new SimulatorTime.Scaled(start, speed);
  }

  HttpClient http() {
    return Objects.requireNonNullElseGet(
        http,
        () ->
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(requestTimeout)
                .followRedirects(
                    followRedirects ? HttpClient.Redirect.NORMAL : HttpClient.Redirect.NEVER)
                .build());
  }
}
