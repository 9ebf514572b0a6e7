package io.ghlrelay.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LiveStreamTest {
  private final ManualClock clock = new ManualClock();
  private final TestEvents events = new TestEvents(clock);
  private final LiveFeed feed = new LiveFeed("run1");

  private LiveStream stream(String filter, @Nullable String lastEventId) {
    return new LiveStream(
        feed,
        FilterText.query(FilterText.words(filter), clock, null, 1),
        lastEventId,
        new LiveStream.Summaries(() -> "{}", () -> "{}"),
        Runnable::run);
  }

  private Admission store(String type, String... targets) {
    Admission admission =
        events.admission(new Envelope(null, type, "L1", null, null, null), "{}", targets);
    List<Delivery> deliveries = new ArrayList<>();
    for (String target : targets) {
      deliveries.add(Delivery.first(admission.event().id(), target, "route", clock.instant()));
    }
    feed.stored(new Admitted.Stored(admission.event(), deliveries));
    return admission;
  }

  private static List<String> collect(LiveStream stream) {
    StringBuilder text = new StringBuilder();
    stream.collect(text);
    return text.isEmpty() ? List.of() : List.of(text.toString().split("\n\n"));
  }

  @Test
  void sendsWhatHappensFromNowOn() throws Exception {
    feed.watch();
    store("Before", "crm");
    LiveStream stream = stream("", null);
    Admission admission = store("ContactCreate", "crm");
    attempted(admission);

    List<String> messages = collect(stream);
    assertThat(messages).hasSize(2);
    assertThat(messages.get(0)).startsWith("id: run1-2\nevent: event\ndata: {");
    assertThat(messages.get(1)).startsWith("id: run1-3\nevent: delivery\ndata: {");
    var attempt = new ObjectMapper().readTree(messages.get(1).split("data: ")[1]).path("attempt");
    assertThat(attempt.path("status").asInt()).isEqualTo(503);
    assertThat(collect(stream)).as("each once").isEmpty();
  }

  @Test
  void nobodyWatchingCostsNothing() {
    store("ContactCreate", "crm");
    assertThat(feed.next()).isEqualTo(1);
  }

  @Test
  void saysWhatItLeavesOut() {
    feed.watch();
    LiveStream stream = stream("", null);
    for (int i = 0; i < 25; i++) {
      store("ContactCreate", "crm");
    }
    List<String> messages = collect(stream);
    assertThat(messages).hasSize(1 + LiveStream.EVENTS_PER_LOOK);
    assertThat(messages.get(0)).isEqualTo("event: gap\ndata: {\"skipped\":20}");
    assertThat(messages.get(1)).startsWith("id: run1-21\n");
  }

  @Test
  void whatBecomesOfAShownEventIsShown() {
    feed.watch();
    LiveStream stream = stream("", null);
    List<Admission> admitted = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      admitted.add(store("ContactCreate", "crm"));
    }
    collect(stream);
    // The five that were shown are among the first of a hundred attempts that have ended.
    for (Admission admission : admitted.subList(35, 40)) {
      attempted(admission);
    }
    for (int i = 0; i < 100; i++) {
      attempted(admitted.get(i % 35));
    }
    List<String> messages = collect(stream);
    assertThat(messages).hasSize(5 + LiveStream.OTHERS_PER_LOOK);
    for (int i = 0; i < 5; i++) {
      assertThat(messages.get(i)).contains(admitted.get(35 + i).event().id().toString());
    }
  }

  private void attempted(Admission admission) {
    feed.attempted(
        admission.event(),
        Delivery.first(admission.event().id(), "crm", "route", clock.instant()),
        new Attempt(
            1,
            1,
            clock.instant(),
            clock.instant(),
            Duration.ofMillis(3),
            Outcome.answered(503),
            new byte[0],
            null));
  }

  @Test
  void whatTheRingHasLostIsAGapToo() {
    feed.watch();
    LiveStream stream = stream("", null);
    for (int i = 0; i < LiveFeed.KEPT + 100; i++) {
      store("ContactCreate", "crm");
    }
    assertThat(collect(stream).get(0))
        .isEqualTo("event: gap\ndata: {\"skipped\":" + (LiveFeed.KEPT + 95) + "}");
  }

  @Test
  void aWatcherThatComesBackMissesNothing() {
    feed.watch();
    for (int i = 0; i < 5; i++) {
      store("ContactCreate", "crm");
    }
    assertThat(collect(stream("", "run1-3"))).hasSize(2).first().asString().contains("run1-4");
    assertThat(collect(stream("", "run1-5"))).isEmpty();
    assertThat(collect(stream("", "run0-3")))
        .as("of another run")
        .containsExactly("event: gap\ndata: {\"skipped\":1}");
    assertThat(collect(stream("", "run1-99"))).hasSize(1);
    assertThat(collect(stream("", "nonsense"))).hasSize(1);
  }

  @Test
  void filtersAsTheListingDoes() {
    feed.watch();
    LiveStream contacts = stream("type:Contact* target:crm", null);
    LiveStream unrouted = stream("state:unrouted", null);
    store("ContactCreate", "crm");
    store("ContactCreate", "archive");
    store("TaskCreate", "crm");
    store("ContactDelete");
    assertThat(collect(contacts)).hasSize(1);
    assertThat(collect(unrouted)).singleElement().asString().contains("ContactDelete");
  }
}
