package io.ghlrelay.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.retry.DeadReason;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryProgress;
import io.ghlrelay.routing.RoutedTarget;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store must do; the numbers S1..S7 are those of {@link EventStore}. */
public abstract class EventStoreContract {
  protected static final Duration RETENTION = Duration.ofDays(7);

  protected final ManualClock clock = new ManualClock();
  protected final TestEvents events = new TestEvents(clock);
  protected EventStore store;

  /** An empty store. */
  protected abstract EventStore open();

  @BeforeEach
  void openStore() {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  protected Admitted admit(Admission admission) {
    return store.admit(admission).toCompletableFuture().join();
  }

  protected EventId stored(Admission admission) {
    return ((Admitted.Stored) admit(admission)).event().id();
  }

  /** One attempt that ends a delivery, or has it retried in a minute. */
  protected Delivery attempt(Delivery before, DeliveryState state, int status) {
    boolean pending = state == DeliveryState.PENDING;
    Instant now = clock.instant();
    Instant due = pending ? now.plusSeconds(60) : null;
    RetryProgress progress =
        new RetryProgress(
            before.progress().attempts() + 1,
            pending ? now : null,
            pending ? Duration.ofMillis(1234) : null,
            pending ? Duration.ofSeconds(60) : Duration.ZERO);
    Delivery after =
        new Delivery(
            before.eventId(),
            before.target(),
            before.route(),
            state,
            before.series(),
            progress,
            due,
            state == DeliveryState.DEAD ? DeadReason.REJECTED : null,
            now);
    Attempt attempt =
        new Attempt(
            before.series(),
            before.progress().attempts() + 1,
            Objects.requireNonNull(before.due()),
            now,
            Duration.ofMillis(5),
            Outcome.answered(status),
            "why".getBytes(StandardCharsets.UTF_8),
            null);
    store.record(before, after, attempt).toCompletableFuture().join();
    return after;
  }

  protected StoreStats.TargetStats stats(String target) {
    return Objects.requireNonNull(store.stats().targets().get(target));
  }

  protected Delivery only(EventId id) {
    List<Delivery> deliveries = store.deliveries(id);
    assertThat(deliveries).hasSize(1);
    return deliveries.get(0);
  }

  @Test
  void s1KeepsEventBodyAndDeliveries() {
    Admission admission = events.admission("w1", "{\"x\": \"é\"}", "crm", "archive");

    Admitted.Stored admitted = (Admitted.Stored) admit(admission);

    EventId id = admitted.event().id();
    assertThat(store.event(id)).contains(admission.event());
    assertThat(store.body(id).orElseThrow()).isEqualTo(admission.body());
    assertThat(store.deliveries(id)).extracting(Delivery::target).containsExactly("archive", "crm");
    assertThat(admitted.deliveries()).allMatch(d -> d.state() == DeliveryState.PENDING);
    assertThat(stats("crm").pending()).isEqualTo(1);
  }

  @Test
  void s2StoresExactlyOneOfManyEqualAdmissionsAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<Callable<Admitted>> calls = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        Admission admission = events.admission("w" + i % 20, "{\"n\":" + i % 20 + "}", "crm");
        calls.add(() -> admit(admission));
      }
      int stored = 0;
      Set<EventId> ids = new HashSet<>();
      for (Future<Admitted> future : threads.invokeAll(calls)) {
        Admitted admitted = future.get();
        if (admitted instanceof Admitted.Stored one) {
          stored++;
          ids.add(one.event().id());
        } else {
          ids.add(((Admitted.Duplicate) admitted).first());
        }
      }
      assertThat(stored).isEqualTo(20);
      assertThat(ids).hasSize(20);
      assertThat(store.find(EventQuery.newest(1000)).events()).hasSize(20);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void s3TellsDuplicatesByAppAndWebhookId() {
    EventId first = stored(events.admission("w1", "{}", "crm"));

    assertThat(admit(events.admission("w1", "{}", "crm"))).isEqualTo(new Admitted.Duplicate(first));
    Envelope otherApp = new Envelope("w1", "ContactCreate", "loc1", null, "app2", null);
    Admitted other = admit(events.admission(otherApp, "{}", "crm"));
    assertThat(other).isInstanceOf(Admitted.Stored.class);
    assertThat(((Admitted.Stored) other).event().conflict()).isFalse();
  }

  @Test
  void s3StoresAnotherBodyUnderTheSameIdsAsAConflictOnce() {
    stored(events.admission("w1", "{\"a\":1}", "crm"));

    Admitted.Stored conflict = (Admitted.Stored) admit(events.admission("w1", "{\"a\":2}", "crm"));

    assertThat(conflict.event().conflict()).isTrue();
    assertThat(store.event(conflict.event().id()).orElseThrow().conflict()).isTrue();
    assertThat(admit(events.admission("w1", "{\"a\":2}", "crm")))
        .isEqualTo(new Admitted.Duplicate(conflict.event().id()));
    assertThat(store.findByWebhookId("w1")).hasSize(2);
  }

  @Test
  void s3KnowsEventsWithoutWebhookIdByTheirBody() {
    Admission first = events.admission(Envelope.EMPTY, "[1]", "crm");
    EventId id = stored(first);

    assertThat(admit(events.admission(Envelope.EMPTY, "[1]", "crm")))
        .isEqualTo(new Admitted.Duplicate(id));
    assertThat(admit(events.admission(Envelope.EMPTY, "[2]", "crm")))
        .isInstanceOf(Admitted.Stored.class);
  }

  @Test
  void s4FindsPendingDeliveriesInTheOrderTheyAreDue() {
    List<EventId> ids = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      ids.add(stored(events.admission("w" + i, "{\"n\":" + i + "}", "crm")));
      clock.advance(Duration.ofMillis(10));
    }
    stored(events.admission("x", "{}", "other"));
    Delivery retried = attempt(only(ids.get(0)), DeliveryState.PENDING, 503);
    attempt(only(ids.get(1)), DeliveryState.DELIVERED, 200);
    attempt(only(ids.get(2)), DeliveryState.DEAD, 400);

    List<Delivery> firstPage = store.due("crm", DuePosition.START, 5);
    Delivery last = firstPage.get(4);
    List<Delivery> rest =
        store.due("crm", new DuePosition(Objects.requireNonNull(last.due()), last.eventId()), 100);

    assertThat(firstPage)
        .extracting(Delivery::eventId)
        .containsExactlyElementsOf(ids.subList(3, 8));
    assertThat(rest)
        .extracting(Delivery::eventId)
        .containsExactly(ids.get(8), ids.get(9), ids.get(0));
    assertThat(rest.get(2)).isEqualTo(retried);
    assertThat(store.due("unknown", DuePosition.START, 5)).isEmpty();
  }

  @Test
  void s5RecordsAttemptsAndCounts() {
    EventId id = stored(events.admission("w1", "{}", "crm"));
    Delivery retried = attempt(only(id), DeliveryState.PENDING, 503);
    clock.advance(Duration.ofSeconds(60));
    attempt(retried, DeliveryState.DEAD, 400);

    assertThat(store.attempts(id, "crm")).extracting(Attempt::number).containsExactly(1, 2);
    assertThat(store.attempts(id, "crm").get(0).outcome()).isEqualTo(Outcome.answered(503));
    assertThat(only(id).deadReason()).isEqualTo(DeadReason.REJECTED);
    StoreStats.TargetStats stats = stats("crm");
    assertThat(stats.pending()).isZero();
    assertThat(stats.dead()).isEqualTo(1);
  }

  @Test
  void s6PurgesByAgeButNeverAPendingEvent() {
    EventId delivered = stored(events.admission("w1", "{\"n\":1}", "crm"));
    attempt(only(delivered), DeliveryState.DELIVERED, 200);
    clock.advance(Duration.ofMinutes(5));
    EventId pending = stored(events.admission("w2", "{\"n\":2}", "crm"));
    clock.advance(Duration.ofMinutes(5));
    EventId dead = stored(events.admission("w3", "{\"n\":3}", "crm"));
    attempt(only(dead), DeliveryState.DEAD, 400);
    EventId unrouted = stored(events.admission("w4", "{\"n\":4}"));
    clock.advance(Duration.ofDays(8));
    EventId fresh = stored(events.admission("w5", "{\"n\":5}", "crm"));

    store.purge(clock.instant().minus(RETENTION));

    assertThat(store.event(delivered)).isEmpty();
    assertThat(store.body(delivered)).isEmpty();
    assertThat(store.deliveries(delivered)).isEmpty();
    assertThat(store.attempts(delivered, "crm")).isEmpty();
    assertThat(store.event(dead)).isEmpty();
    assertThat(store.event(unrouted)).isEmpty();
    assertThat(store.body(pending)).isPresent();
    assertThat(store.due("crm", DuePosition.START, 10))
        .extracting(Delivery::eventId)
        .containsExactly(pending, fresh);
    assertThat(stats("crm").dead()).isZero();
    assertThat(store.stats().unrouted()).isZero();
    assertThat(store.find(EventQuery.newest(10)).events())
        .extracting(item -> item.event().id())
        .containsExactly(fresh, pending);
  }

  @Test
  void s8RemovesEventsWhateverBecameOfThem() {
    EventId delivered = stored(events.admission("w1", "{\"n\":1}", "crm"));
    attempt(only(delivered), DeliveryState.DELIVERED, 200);
    EventId dead = stored(events.admission("w2", "{\"n\":2}", "crm"));
    attempt(only(dead), DeliveryState.DEAD, 400);
    EventId unrouted = stored(events.admission("w3", "{\"n\":3}"));
    EventId retried = stored(events.admission("w4", "{\"n\":4}", "archive", "crm"));
    attempt(store.deliveries(retried).get(1), DeliveryState.PENDING, 503);
    EventId kept = stored(events.admission("w5", "{\"n\":5}", "crm"));

    List<EventId> gone = List.of(delivered, dead, unrouted, retried);
    assertThat(remove(delivered, dead, unrouted, retried, new EventId(1, 2))).isEqualTo(4);

    for (EventId id : gone) {
      assertThat(store.event(id)).isEmpty();
      assertThat(store.body(id)).isEmpty();
      assertThat(store.deliveries(id)).isEmpty();
      assertThat(store.attempts(id, "crm")).isEmpty();
      assertThat(replayed(id)).isEmpty();
    }
    assertThat(store.findByWebhookId("w1")).isEmpty();
    assertThat(store.due("archive", DuePosition.START, 10)).isEmpty();
    assertThat(store.due("crm", DuePosition.START, 10))
        .extracting(Delivery::eventId)
        .containsExactly(kept);
    assertThat(stats("crm").pending()).isEqualTo(1);
    assertThat(stats("crm").dead()).isZero();
    assertThat(store.stats().unrouted()).isZero();
    assertThat(found(EventQuery.newest(10))).containsExactly(kept);
    assertThat(remove(delivered, dead, unrouted, retried)).as("again").isZero();
    store.erase();
    assertThat(store.body(kept)).isPresent();
  }

  private int remove(EventId... ids) {
    return store.remove(List.of(ids)).toCompletableFuture().join();
  }

  private List<Delivery> replayed(EventId id) {
    return store
        .replay(id, List.of(new RoutedTarget("crm", "x")), clock.instant())
        .toCompletableFuture()
        .join();
  }

  @Test
  void s8AnOutcomeOfARemovedEventLeavesNoTrace() {
    for (DeliveryState state :
        List.of(DeliveryState.PENDING, DeliveryState.DELIVERED, DeliveryState.DEAD)) {
      EventId id = stored(events.admission("w-" + state, "{\"s\":\"" + state + "\"}", "crm"));
      Delivery inFlight = only(id);
      remove(id);

      attempt(inFlight, state, 200); // its outcome comes after the removal

      assertThat(store.event(id)).isEmpty();
      assertThat(store.deliveries(id)).isEmpty();
      assertThat(store.attempts(id, "crm")).isEmpty();
      assertThat(store.due("crm", DuePosition.START, 10)).isEmpty();
    }
    EventId later = stored(events.admission("later", "{}", "crm"));
    attempt(only(later), DeliveryState.DEAD, 400);
    assertThat(stats("crm").pending()).isZero();
    assertThat(stats("crm").dead()).isEqualTo(1);
    assertThat(store.attempts(later, "crm")).hasSize(1);
  }

  @Test
  void s8ThePlatformsNextRetryDoesNotBringARemovedEventBack() {
    EventId id = stored(events.admission("w1", "{\"n\":1}", "crm"));
    remove(id);

    assertThat(admit(events.admission("w1", "{\"n\":1}", "crm")))
        .isEqualTo(new Admitted.Duplicate(id));
    assertThat(store.event(id)).isEmpty();
    assertThat(admit(events.admission("w2", "{\"n\":2}", "crm")))
        .as("what comes anew is taken as ever")
        .isInstanceOf(Admitted.Stored.class);
  }

  @Test
  void forgetsTheCompanyOfALocation() {
    learn("w1", "loc1", "comp1");
    learn("w2", "loc2", "comp1");
    store.learnCompany("loc3", "comp2");
    store.learnCompany("loc3", "comp3");

    assertThat(store.learntCompanies()).hasSize(3).containsEntry("loc3", "comp3");
    assertThat(store.forgetCompany("loc3")).isTrue();
    assertThat(store.forgetCompany("loc1")).isTrue();
    assertThat(store.forgetCompany("loc1")).isFalse();

    assertThat(store.learntCompanies()).containsOnlyKeys("loc2");
  }

  private void learn(String webhookId, String location, String company) {
    Admission plain = events.admission(webhookId, "{\"w\":\"" + webhookId + "\"}");
    admit(
        new Admission(
            plain.event(),
            plain.body(),
            List.of(),
            new Admission.LearntCompany(location, company)));
  }

  @Test
  void replayMakesADeadDeliveryPendingAsANewSeries() {
    EventId id = stored(events.admission("w1", "{}", "crm", "archive"));
    Delivery crm =
        store.deliveries(id).stream()
            .filter(d -> d.target().equals("crm"))
            .findFirst()
            .orElseThrow();
    attempt(crm, DeliveryState.DEAD, 400);

    List<Delivery> replayed =
        store
            .replay(
                id,
                List.of(
                    new RoutedTarget("crm", "x"),
                    new RoutedTarget("archive", "x"),
                    new RoutedTarget("late", "x")),
                clock.instant())
            .toCompletableFuture()
            .join();

    assertThat(replayed).extracting(Delivery::target).containsExactly("crm", "late");
    assertThat(replayed.get(0).series()).isEqualTo(2);
    assertThat(replayed.get(0).route()).isEqualTo("route");
    assertThat(replayed.get(1).series()).isEqualTo(1);
    assertThat(store.attempts(id, "crm")).hasSize(1);
    assertThat(stats("crm").dead()).isZero();
    assertThat(store.due("crm", DuePosition.START, 10)).hasSize(1);
    assertThat(
            store
                .replay(new EventId(1, 2), List.of(new RoutedTarget("crm", "x")), clock.instant())
                .toCompletableFuture()
                .join())
        .isEmpty();
  }

  @Test
  void listsUnroutedEventsUntilTheyAreReplayed() {
    EventId id = stored(events.admission("w1", "{}"));
    EventQuery unrouted =
        new EventQuery(null, null, null, null, null, null, null, null, true, null, null, null, 10);
    assertThat(store.find(unrouted).events())
        .extracting(item -> item.event().id())
        .containsExactly(id);
    assertThat(store.stats().unrouted()).isEqualTo(1);

    store
        .replay(id, List.of(new RoutedTarget("crm", "new")), clock.instant())
        .toCompletableFuture()
        .join();

    assertThat(store.find(unrouted).events()).isEmpty();
    assertThat(store.stats().unrouted()).isZero();
    assertThat(only(id).route()).isEqualTo("new");
  }

  @Test
  void listsNewestFirstByFilterAndCursor() {
    List<EventId> ids = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Envelope envelope =
          new Envelope(
              "w" + i,
              i % 2 == 0 ? "ContactCreate" : "OrderCreate",
              "loc" + i % 3,
              null,
              "a",
              null);
      ids.add(stored(events.admission(envelope, "{\"n\":" + i + "}", i % 5 == 0 ? "a" : "b")));
      clock.advance(Duration.ofSeconds(1));
    }
    for (int i = 0; i < 30; i += 10) {
      attempt(only(ids.get(i)), DeliveryState.DEAD, 400);
    }

    assertThat(
            found(
                new EventQuery(
                    "loc1",
                    null,
                    null,
                    "Contact*",
                    null,
                    null,
                    null,
                    null,
                    false,
                    null,
                    null,
                    null,
                    7)))
        .containsExactly(ids.get(28), ids.get(22), ids.get(16), ids.get(10), ids.get(4));
    assertThat(
            found(
                new EventQuery(
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    "a",
                    DeliveryState.DEAD,
                    false,
                    null,
                    null,
                    null,
                    2)))
        .containsExactly(ids.get(20), ids.get(10), ids.get(0));
    assertThat(
            found(
                new EventQuery(
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    DeliveryState.DEAD,
                    false,
                    null,
                    null,
                    null,
                    2)))
        .hasSize(3);
    assertThat(
            found(
                new EventQuery(
                    null, null, null, null, "w7", null, null, null, false, null, null, null, 2)))
        .containsExactly(ids.get(7));
    Instant start = store.event(ids.get(10)).orElseThrow().receivedAt();
    assertThat(
            found(
                new EventQuery(
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    false,
                    start,
                    start.plusSeconds(3),
                    null,
                    2)))
        .containsExactly(ids.get(12), ids.get(11), ids.get(10));
    assertThat(found(EventQuery.newest(4))).hasSize(30);
  }

  /** All ids of a listing, following its cursors. */
  private List<EventId> found(EventQuery query) {
    List<EventId> ids = new ArrayList<>();
    EventQuery next = query;
    while (true) {
      EventPage page = store.find(next);
      page.events().forEach(item -> ids.add(item.event().id()));
      if (page.next() == null) {
        return ids;
      }
      next = next.after(page.next());
    }
  }

  @Test
  void remembersPausedTargetsAndLearntCompanies() {
    store.setPaused("crm", true);
    store.setPaused("other", true);
    store.setPaused("other", false);
    Admission plain = events.admission("w1", "{}");
    admit(
        new Admission(
            plain.event(), plain.body(), List.of(), new Admission.LearntCompany("loc1", "comp1")));

    assertThat(store.pausedTargets()).containsExactly("crm");
    assertThat(store.learntCompanies()).containsEntry("loc1", "comp1").hasSize(1);
  }
}
