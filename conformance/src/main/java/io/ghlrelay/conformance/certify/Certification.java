package io.ghlrelay.conformance.certify;

import io.ghlrelay.conformance.signing.SigningKeys;
import io.ghlrelay.conformance.simulator.HttpSender;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Runs the battery against an endpoint that trusts the given keys. The endpoint is sent about a
 * hundred events, genuine and forged: do not aim it at production. Confined to its thread.
 */
public final class Certification {
  private final URI url;
  private final SigningKeys keys;
  private final Duration limit;
  private final long seed;
  private final Clock clock;
  private final HttpClient http;

  /**
   * A certification.
   *
   * @param url the endpoint
   * @param keys what it trusts
   * @param limit how long an answer may take; what takes twice as long counts as no answer
   * @param seed the source of all events
   * @param clock what the events' timestamps are taken from
   * @param http the client to ask with
   */
  public Certification(
      URI url, SigningKeys keys, Duration limit, long seed, Clock clock, HttpClient http) {
    this.url = url;
    this.keys = keys;
    this.limit = limit;
    this.seed = seed;
    this.clock = clock;
    this.http = http;
  }

  /** Whether anything answers there, whatever it says. */
  public Optional<String> reachable() {
    HttpSender.Sent sent = sender().post(url, Map.of(), new byte[0]).join();
    return sent.outcome() instanceof io.ghlrelay.conformance.schedule.Outcome.Answered
        ? Optional.empty()
        : Optional.of(sent.outcome().label());
  }

  /**
   * Runs every check.
   *
   * @param progress told of each check and what was seen, as soon as it has run
   */
  public CertificationReport run(BiConsumer<Check, Optional<String>> progress) {
    Endpoint endpoint = new Endpoint(url, keys, sender(), limit, seed, clock.instant());
    List<Check> passed = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    for (Check check : Battery.all()) {
      Optional<String> seen = check.probe().run(endpoint);
      seen.ifPresentOrElse(what -> findings.add(new Finding(check, what)), () -> passed.add(check));
      progress.accept(check, seen);
    }
    return new CertificationReport(url, seed, passed, findings);
  }

  private HttpSender sender() {
    return new HttpSender(http, limit.multipliedBy(2).plusSeconds(2));
  }
}
