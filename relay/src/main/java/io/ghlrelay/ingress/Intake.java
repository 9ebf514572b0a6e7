package io.ghlrelay.ingress;

import io.ghlrelay.platform.Envelope;
import io.ghlrelay.platform.EnvelopeReader;
import io.ghlrelay.platform.SignatureVerifier;
import io.ghlrelay.platform.Verification;
import io.ghlrelay.routing.RoutingTable;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.DuplicateKey;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventIds;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.Header;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The story of acceptance: verify, read the envelope, route, admit or forward. Knows no HTTP.
 * Thread-safe; its rules are swapped whole on a reload.
 */
public final class Intake {
  private static final long NOTE_EVERY_MILLIS = 1000;
  private static final Logger log = LoggerFactory.getLogger(Intake.class);

  private final EnvelopeReader envelopes = new EnvelopeReader();
  private final EventIds ids;
  private final EventStore store;
  private final CompanyDirectory companies;
  private final BiConsumer<Admitted.Stored, byte[]> onStored;
  private final Forwarder forwarder;
  private final IngressMetrics metrics;
  private final Clock clock;
  private final AtomicLong refusalNotedAt = new AtomicLong();
  private volatile Rules rules;

  /**
   * An intake into a store.
   *
   * @param rules what applies now
   * @param store where events go
   * @param companies learnt companies
   * @param onStored told of each new event as soon as it is durable, before the sender is, on a
   *     thread of the store; must be quick
   * @param forwarder takes the events of direct routes
   * @param metrics counted here
   * @param clock for ids and times
   */
  public Intake(
      Rules rules,
      EventStore store,
      CompanyDirectory companies,
      BiConsumer<Admitted.Stored, byte[]> onStored,
      Forwarder forwarder,
      IngressMetrics metrics,
      Clock clock) {
    this.rules = rules;
    this.store = store;
    this.companies = companies;
    this.onStored = onStored;
    this.forwarder = forwarder;
    this.metrics = metrics;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  /**
   * What a reload replaces.
   *
   * @param verifier whose signatures count
   * @param apps accepted app ids; empty = any
   * @param routes where events go
   */
  public record Rules(SignatureVerifier verifier, Set<String> apps, RoutingTable routes) {}

  /** What became of a request. */
  sealed interface Result {
    /** Durable, now or before. */
    record Accepted(EventId id, boolean duplicate) implements Result {}

    /** Not stored; forwarded to the target of a direct route, which decides. */
    record Forwarded(EventId id, Forwarder.Answer answer) implements Result {}

    /** Not taken. */
    record Refused(Refusal refusal) implements Result {}
  }

  /** Applies new rules to the requests that come from now on. */
  public void swap(Rules newRules) {
    rules = newRules;
  }

  /** The rules in force. */
  public Rules rules() {
    return rules;
  }

  /**
   * Takes one request in.
   *
   * @param body the exact bytes; not to be changed by anyone from now on
   * @param ed25519 values of {@code X-GHL-Signature}
   * @param rsaSha256 values of {@code X-WH-Signature}
   * @param headers the end-to-end headers
   * @param receivedAt when the last byte came
   * @return completes on any thread
   */
  CompletionStage<Result> take(
      byte[] body,
      List<String> ed25519,
      List<String> rsaSha256,
      List<Header> headers,
      Instant receivedAt) {
    Rules now = rules;
    Verification verification = now.verifier().verify(body, ed25519, rsaSha256);
    metrics.checked(verification);
    if (!(verification instanceof Verification.Verified verified)) {
      noteRefusal(verification);
      return refused(Refusal.UNVERIFIED);
    }
    Envelope envelope = envelopes.read(body);
    if (!now.apps().isEmpty()
        && (envelope.appId() == null || !now.apps().contains(envelope.appId()))) {
      return refused(Refusal.FOREIGN_APP);
    }
    RoutingTable.Choice choice = now.routes().route(envelope, companies.companyOf(envelope));
    EventId id = choice.direct() ? DuplicateKey.of(envelope, body).eventId() : ids.next();
    Event event =
        new Event(id, receivedAt, envelope, verified.scheme(), headers, body.length, false);
    if (choice.direct()) {
      return forward(choice.targets().get(0).target(), event, body);
    }
    Admission admission = new Admission(event, body, choice.targets(), companies.lesson(envelope));
    return store
        .admit(admission)
        .handle((admitted, failure) -> result(admission, admitted, failure));
  }

  /**
   * The sender waits for the target's own answer. Duplicates are none of our business here: when
   * the platform tries again, that is for the target. An INSTALL event teaches nothing, since what
   * is learnt is kept in the store with its event.
   */
  private CompletionStage<Result> forward(String target, Event event, byte[] body) {
    return forwarder
        .forward(target, event, body)
        .thenApply(
            answer -> {
              metrics.forwarded(answer.isSuccess(), event.receivedAt());
              return new Result.Forwarded(event.id(), answer);
            });
  }

  /** The sender learns nothing of why; the operator does, once a second however many come. */
  private void noteRefusal(Verification verification) {
    long now = clock.millis();
    long last = refusalNotedAt.get();
    if (now - last >= NOTE_EVERY_MILLIS && refusalNotedAt.compareAndSet(last, now)) {
      log.info("A request was answered 401: {}. All are counted by reason.", verification);
    }
  }

  private static CompletionStage<Result> refused(Refusal refusal) {
    return CompletableFuture.completedFuture(new Result.Refused(refusal));
  }

  private Result result(Admission admission, Admitted admitted, Throwable failure) {
    if (failure != null) {
      log.debug("An event could not be stored.", failure);
      return new Result.Refused(Refusal.UNAVAILABLE);
    }
    Duration wait = Duration.between(admission.event().receivedAt(), clock.instant());
    if (admitted instanceof Admitted.Duplicate duplicate) {
      metrics.duplicate(wait);
      return new Result.Accepted(duplicate.first(), true);
    }
    Admitted.Stored stored = (Admitted.Stored) admitted;
    if (admission.learnt() != null) {
      companies.learn(admission.learnt());
    }
    onStored.accept(stored, admission.body());
    metrics.stored(
        admission.body().length,
        stored.event().conflict(),
        !stored.deliveries().isEmpty(),
        admission.event().receivedAt(),
        wait);
    return new Result.Accepted(stored.event().id(), false);
  }
}
