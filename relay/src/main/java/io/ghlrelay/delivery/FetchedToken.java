package io.ghlrelay.delivery;

import io.ghlrelay.config.Secret;
import io.ghlrelay.config.TargetAuth;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.store.EventId;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An OAuth2 token of one target: fetched when an attempt needs one, kept, and fetched anew by the
 * attempts of its last minute, which still use the old one. There is one fetch at a time, for
 * however many attempts. While there is no token no attempt is made: the target was never asked, so
 * none may be used up. Confined to the dispatcher's loop.
 */
final class FetchedToken implements Credentials {
  /** So long before its end a token is replaced, or a quarter of its life before it. */
  static final Duration REPLACED_BEFORE = Duration.ofMinutes(1);

  /** In its last seconds a token is not used: the request would arrive too late. */
  static final Duration UNUSED_BEFORE = Duration.ofSeconds(5);

  /** The life of a token whose server does not say how long it is. */
  static final Duration DEFAULT_LIFE = Duration.ofMinutes(5);

  /** Waits between fetches that fail: doubled from the first of these up to the second. */
  static final Duration MIN_BACKOFF = Duration.ofSeconds(1);

  static final Duration MAX_BACKOFF = Duration.ofMinutes(1);

  /**
   * A token younger than this that is answered with 401 was not revoked: the target means it. It
   * also bounds how often such a target has tokens fetched.
   */
  static final Duration YOUNG = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(FetchedToken.class);

  private final String name;
  private final TargetConfig endpoint;
  private final OutboundRequest request;
  private final Lane.Parts parts;
  private final Map<TokenAnswer.Result, Counter> fetches;
  private final Runnable changed;
  private final Set<EventId> repeated = new HashSet<>();

  private @Nullable Token token;
  private boolean fetching;
  private boolean awaited;
  private int failures;
  private Instant nextFetch = Instant.MIN;
  private Instant awaitedUntil = Instant.MIN;

  /** A token with what it is used for and how long. */
  private record Token(Authorization authorization, Instant replacedFrom, Instant usedUntil) {}

  FetchedToken(
      TargetConfig target,
      TargetAuth.OAuth2 auth,
      Lane.Parts parts,
      Map<TokenAnswer.Result, Counter> fetches,
      Runnable changed) {
    this.name = target.name();
    this.endpoint = TokenRequest.endpoint(target, auth);
    this.request = TokenRequest.of(auth);
    this.parts = parts;
    this.fetches = fetches;
    this.changed = changed;
  }

  @Override
  public @Nullable Authorization at(Instant now) {
    Token current = token;
    if (current == null || !now.isBefore(current.usedUntil())) {
      awaited = true;
      fetch(now);
      return null;
    }
    if (!now.isBefore(current.replacedFrom())) {
      fetch(now);
    }
    return current.authorization();
  }

  @Override
  public boolean awaited() {
    return awaited;
  }

  @Override
  public Instant awaitedUntil() {
    return awaitedUntil;
  }

  private void fetch(Instant now) {
    if (fetching || now.isBefore(nextFetch)) {
      return;
    }
    fetching = true;
    parts.client().send(endpoint, request, answer -> parts.loop().execute(() -> fetched(answer)));
  }

  private void fetched(TargetAnswer answer) {
    fetching = false;
    TokenAnswer read = TokenAnswer.of(answer);
    Counter counter = fetches.get(read.result());
    if (counter != null) {
      counter.increment();
    }
    Secret value = read.token();
    if (value == null) {
      failed(read, answer);
      return;
    }
    if (failures > 0) {
      log.info("Target {}: there is a token again.", name);
    }
    failures = 0;
    Duration life = read.life() == null ? DEFAULT_LIFE : read.life();
    // Counted from the request: the answer may have been long on its way.
    Instant from = answer.startedAt();
    token =
        new Token(
            new Authorization(new Secret("Bearer " + value.reveal()), from),
            from.plus(life).minus(least(REPLACED_BEFORE, life.dividedBy(4))),
            from.plus(life).minus(least(UNUSED_BEFORE, life.dividedBy(10))));
    if (awaited) {
      awaited = false;
      awaitedUntil = parts.clock().instant();
    }
    changed.run();
  }

  private void failed(TokenAnswer read, TargetAnswer answer) {
    if (failures == 0) { // said once, not each second
      log.warn(
          "Target {}: no token from {} ({}); its attempts wait. Trying until there is one.",
          name,
          endpoint.url().getHost(),
          read.problem());
    }
    Duration wait = least(MAX_BACKOFF, MIN_BACKOFF.multipliedBy(1L << Math.min(failures, 6)));
    failures++;
    if (answer.outcome() instanceof Outcome.Answered answered && answered.retryAfter() != null) {
      Duration asked = least(MAX_BACKOFF, answered.retryAfter());
      wait = wait.compareTo(asked) > 0 ? wait : asked;
    }
    nextFetch = parts.clock().instant().plus(wait);
    parts.loop().at(nextFetch, changed);
  }

  @Override
  public boolean worthless(EventId event, Authorization used, TargetAnswer answer) {
    boolean revoked =
        answer.outcome() instanceof Outcome.Answered answered
            && answered.status() == 401
            && !answer.startedAt().isBefore(used.since().plus(YOUNG));
    if (!revoked || !repeated.add(event)) {
      repeated.remove(event);
      return false;
    }
    if (token != null && token.authorization().equals(used)) {
      log.warn("Target {} answers 401 to a token before its end; fetching another.", name);
      token = null;
    }
    return true;
  }

  private static Duration least(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
