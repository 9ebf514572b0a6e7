package io.ghlrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.TestEvents;
import io.ghlrelay.config.Secret;
import io.ghlrelay.config.TargetAuth;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.delivery.VirtualRelay.TokenReply;
import io.ghlrelay.retry.DeadReason;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryPolicies;
import io.ghlrelay.retry.TransportError;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.memory.MemoryEventStore;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What attempts carry as Authorization, and what becomes of them without; in virtual time. */
class CredentialsTest {
  private static final TargetAuth OAUTH2 = oauth2("s3cret");

  private final VirtualRelay relay = new VirtualRelay(clock -> new MemoryEventStore(), crm(OAUTH2));
  private final Instant start = relay.clock.instant();
  private int given;
  private int posted;

  private static TargetConfig crm(TargetAuth auth) {
    return TestEvents.authenticated(TestEvents.target("crm"), auth);
  }

  private static TargetAuth oauth2(String secret) {
    return new TargetAuth.OAuth2(
        URI.create("https://login.example.com/token"),
        "relay",
        new Secret(secret),
        null,
        null,
        TargetAuth.Authenticate.BASIC,
        null);
  }

  private EventId post() {
    posted++;
    return relay.admit(relay.events.admission("w" + posted, "{}", "crm")).event().id();
  }

  /** Gives token t1, t2 and so on, each for so long. */
  private void give(int lifeSeconds) {
    relay.tokens = () -> TokenReply.of("t" + ++given, lifeSeconds);
  }

  private Attempt onlyAttempt(EventId id) {
    List<Attempt> attempts = relay.store().attempts(id, "crm");
    assertThat(attempts).hasSize(1);
    return attempts.get(0);
  }

  private double fetches(String result) {
    return relay
        .meters
        .get("relay.target.token.fetches")
        .tags("target", "crm", "result", result)
        .counter()
        .count();
  }

  private List<Long> fetchedAtSeconds() {
    return relay.tokenFetches.stream().map(at -> Duration.between(start, at).toSeconds()).toList();
  }

  @Test
  void fixedCredentialsStandInEveryAttempt() {
    relay.configure(crm(new TargetAuth.Basic(new Secret("ann"), new Secret("p:ä"))));
    post();
    relay.runFor(Duration.ofSeconds(1));
    relay.configure(crm(new TargetAuth.Bearer(new Secret("fixed"))));
    post();
    relay.runFor(Duration.ofSeconds(1));

    // By "printf 'ann:p:ä' | base64".
    assertThat(relay.authorizations).containsExactly("Basic YW5uOnA6w6Q=", "Bearer fixed");
    assertThat(relay.tokenFetches).isEmpty();
  }

  @Test
  void oneFetchServesAllThatWait() {
    give(3600);
    relay.tokenLatency = Duration.ofMillis(50);
    List<EventId> ids = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      ids.add(post());
      relay.runFor(Duration.ofNanos(i % 10 == 0 ? 1_000_000 : 0));
    }
    assertThat(relay.sent).as("20 ms have passed").isEmpty();

    relay.runFor(Duration.ofMinutes(30));

    assertThat(relay.sent).hasSize(200);
    assertThat(relay.authorizations).containsOnly("Bearer t1");
    assertThat(relay.tokenFetches).hasSize(1);
    assertThat(fetches("ok")).isEqualTo(1);
    assertThat(onlyAttempt(ids.get(199)).deferral()).as("50 ms are no deferral").isNull();
  }

  @Test
  void aTokenIsReplacedBeforeItEndsAndNoAttemptWaits() {
    give(3600);
    relay.tokenLatency = Duration.ofSeconds(2);
    post();
    relay.runFor(Duration.ofSeconds(3539));
    post();
    relay.runFor(Duration.ofSeconds(1)); // 3540 s: the last minute has begun
    post();
    post();
    relay.runFor(Duration.ofSeconds(10));
    post();
    relay.runFor(Duration.ofSeconds(1));

    assertThat(relay.authorizations)
        .containsExactly("Bearer t1", "Bearer t1", "Bearer t1", "Bearer t1", "Bearer t2");
    assertThat(fetchedAtSeconds()).containsExactly(0L, 3540L);
    assertThat(relay.sent)
        .extracting(sent -> Duration.between(start, sent.at()).toSeconds())
        .containsExactly(2L, 3539L, 3540L, 3540L, 3550L);
  }

  @Test
  void anEndedTokenIsNeverSent() {
    give(100);
    post();
    relay.runFor(Duration.ofSeconds(96)); // its last five seconds
    post();
    relay.runFor(Duration.ofSeconds(1));

    assertThat(relay.authorizations).containsExactly("Bearer t1", "Bearer t2");
  }

  @Test
  void withoutExpiresInATokenLivesFiveMinutes() {
    relay.tokens =
        () ->
            new TokenReply(Outcome.answered(200), "{\"access_token\":\"t%d\"}".formatted(++given));
    for (int minute = 0; minute <= 6; minute++) {
      post();
      relay.runFor(Duration.ofMinutes(1));
    }

    assertThat(fetchedAtSeconds()).containsExactly(0L, 240L);
  }

  @Test
  void withoutATokenNoAttemptIsMadeAndNoneIsUsedUp() {
    relay.tokens = () -> new TokenReply(Outcome.failed(TransportError.CONNECT), "");
    EventId id = post();
    relay.runFor(Duration.ofHours(30)); // longer than any retry would be due

    assertThat(relay.sent).isEmpty();
    assertThat(relay.store().attempts(id, "crm")).isEmpty();
    assertThat(relay.delivery(id, "crm").state()).isEqualTo(DeliveryState.PENDING);
    assertThat(fetchedAtSeconds()).startsWith(0L, 1L, 3L, 7L, 15L, 31L, 63L, 123L, 183L);
    assertThat(relay.tokenFetches).as("each minute, not more often").hasSizeBetween(1800, 1810);
    assertThat(fetches("unreachable")).isEqualTo(relay.tokenFetches.size());

    give(3600);
    relay.runFor(Duration.ofMinutes(1));

    assertThat(relay.delivery(id, "crm").state()).isEqualTo(DeliveryState.DELIVERED);
    assertThat(onlyAttempt(id).number()).isEqualTo(1);
    assertThat(onlyAttempt(id).deferral()).isEqualTo("token");
  }

  @Test
  void aRetryThatWaitsForATokenKeepsItsPlaceInTheSchedule() {
    give(10);
    relay.target = request -> Outcome.answered(request.attempt() < 4 ? 503 : 200);
    EventId id = post();
    relay.runFor(Duration.ofSeconds(24)); // attempts at 0, 3, 13 and 23 s by the policy
    assertThat(relay.sent).hasSize(4);

    relay.target = request -> Outcome.answered(request.attempt() < 3 ? 503 : 200);
    EventId second = post();
    relay.runFor(Duration.ofSeconds(4)); // at 24 and 27 s
    relay.tokens = () -> new TokenReply(Outcome.answered(500), "");
    relay.runFor(Duration.ofSeconds(60)); // due at 37 s, when there is none
    give(3600);
    relay.runFor(Duration.ofSeconds(60));

    assertThat(relay.store().attempts(id, "crm")).hasSize(4);
    List<Attempt> attempts = relay.store().attempts(second, "crm");
    assertThat(attempts).extracting(Attempt::number).containsExactly(1, 2, 3);
    assertThat(attempts.get(2).dueAt()).isEqualTo(start.plusSeconds(37));
    assertThat(attempts.get(2).startedAt()).isAfter(start.plusSeconds(88));
    assertThat(attempts.get(2).deferral()).isEqualTo("token");
  }

  @Test
  void aBusyEndpointIsGivenTheTimeThatItAsksFor() {
    relay.tokens =
        () ->
            new TokenReply(
                new Outcome.Answered(429, Duration.ofSeconds(relay.tokenFetches.size() * 20L)), "");
    post();
    relay.runFor(Duration.ofMinutes(3));

    assertThat(fetchedAtSeconds()).as("a minute at most").containsExactly(0L, 20L, 60L, 120L, 180L);
    assertThat(fetches("refused")).isEqualTo(5);
  }

  @Test
  void aRevokedTokenCostsNoAttempt() {
    give(3600);
    EventId before = post();
    relay.runFor(Duration.ofMinutes(5));
    relay.target =
        sent -> Outcome.answered(last(relay.authorizations).equals("Bearer t1") ? 401 : 200);
    List<EventId> ids = List.of(post(), post(), post());
    relay.runFor(Duration.ofSeconds(1));

    assertThat(relay.tokenFetches).hasSize(2);
    for (EventId id : ids) {
      assertThat(relay.delivery(id, "crm").state()).isEqualTo(DeliveryState.DELIVERED);
      assertThat(onlyAttempt(id).outcome()).isEqualTo(Outcome.answered(200));
    }
    assertThat(onlyAttempt(before).outcome()).isEqualTo(Outcome.answered(200));
  }

  private static String last(List<String> list) {
    return list.get(list.size() - 1);
  }

  @Test
  void aTargetThatRefusesFreshTokensTooHasItsWay() {
    give(3600);
    post();
    relay.runFor(Duration.ofMinutes(5));
    relay.target = request -> Outcome.answered(401);
    EventId id = post();
    relay.runFor(Duration.ofSeconds(1));

    assertThat(relay.authorizations).containsExactly("Bearer t1", "Bearer t1", "Bearer t2");
    assertThat(relay.delivery(id, "crm").deadReason()).isEqualTo(DeadReason.REJECTED);
    assertThat(onlyAttempt(id).outcome()).isEqualTo(Outcome.answered(401));

    for (int i = 0; i < 100; i++) {
      post();
      relay.runFor(Duration.ofSeconds(1));
    }
    assertThat(relay.tokenFetches).as("once in ten seconds at most").hasSizeBetween(2, 13);
  }

  /** However old the second token has become meanwhile. */
  @Test
  void anAttemptIsMadeAgainOnce() {
    relay.configure(
        TestEvents.authenticated(TestEvents.target("crm", RetryPolicies.ghl2025(), 1), OAUTH2));
    give(3600);
    post();
    relay.runFor(Duration.ofMinutes(5));
    relay.target = request -> Outcome.answered(401);
    relay.latency = Duration.ofSeconds(8);
    List<EventId> ids = List.of(post(), post(), post(), post(), post());
    relay.runFor(Duration.ofHours(1));

    for (EventId id : ids) {
      assertThat(relay.delivery(id, "crm").deadReason()).isEqualTo(DeadReason.REJECTED);
      assertThat(relay.sent).filteredOn(sent -> sent.eventId().equals(id)).hasSizeBetween(1, 2);
    }
  }

  @Test
  void newCredentialsCountAtOnceAndUnchangedOnesKeepTheirToken() {
    give(3600);
    post();
    relay.runFor(Duration.ofMinutes(1));
    relay.configure(TestEvents.limited(crm(oauth2("s3cret")), 100));
    post();
    relay.runFor(Duration.ofMinutes(1));
    relay.configure(crm(oauth2("another")));
    post();
    relay.runFor(Duration.ofMinutes(1));

    assertThat(relay.authorizations).containsExactly("Bearer t1", "Bearer t1", "Bearer t2");
  }

  @Test
  void aPausedOrIdleTargetFetchesNothing() {
    give(3600);
    relay.pause("crm", true);
    post();
    relay.runFor(Duration.ofDays(2));
    assertThat(relay.tokenFetches).isEmpty();

    relay.pause("crm", false);
    relay.runFor(Duration.ofDays(2));
    assertThat(relay.tokenFetches).hasSize(1);
    assertThat(relay.sent).hasSize(1);
  }

  /** An event of a direct route cannot wait: the platform comes again, and finds the new token. */
  @Test
  void aDirectEventIsSentBackWhileThereIsNoTokenOrItWasRevoked() {
    give(3600);
    assertThat(forward())
        .isEqualTo(new DirectResult.Refused(DirectResult.Reason.TOKEN, DirectLine.AFTER_TOKEN));
    relay.target = request -> Outcome.answered(200);
    assertThat(forward()).isInstanceOf(DirectResult.Attempted.class);
    assertThat(relay.authorizations).containsExactly("Bearer t1");

    relay.runFor(Duration.ofMinutes(1));
    relay.target = request -> Outcome.answered(401);
    assertThat(forward())
        .isEqualTo(new DirectResult.Refused(DirectResult.Reason.TOKEN, DirectLine.AFTER_TOKEN));
    forward(); // fetches
    relay.target = request -> Outcome.answered(200);
    assertThat(forward()).isInstanceOf(DirectResult.Attempted.class);
    assertThat(relay.authorizations).contains("Bearer t2");
  }

  private DirectResult forward() {
    var admission = relay.events.admission("direct", "{}");
    var result =
        relay.dispatcher.forward("crm", admission.event(), admission.body()).toCompletableFuture();
    relay.settle();
    return result.join();
  }
}
