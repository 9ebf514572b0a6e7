package io.ghlrelay.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.EventQuery;
import io.ghlrelay.store.StoreUnavailableException;
import io.ghlrelay.store.memory.MemoryEventStore;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The steps of a purge, one by one. */
class PurgeTest {
  private final ManualClock clock = new ManualClock();
  private final TestEvents events = new TestEvents(clock);
  private final MemoryEventStore store = new MemoryEventStore();
  private final FakeControl control = new FakeControl(store, clock);

  private void admit(String location, int count) {
    for (int i = 0; i < count; i++) {
      Envelope envelope =
          new Envelope(location + "-" + i, "ContactCreate", location, null, "app1", null);
      Admission plain =
          events.admission(envelope, "{\"at\":\"" + location + i + "\"}", "crm", "archive");
      store.admit(
          new Admission(
              plain.event(),
              plain.body(),
              plain.targets(),
              new Admission.LearntCompany(location, "comp1")));
    }
  }

  private PurgeJob job(boolean dryRun) {
    return new PurgeJob("purge-1", "loc1", dryRun, store, control, clock);
  }

  private static JsonNode run(PurgeJob job) {
    while (job.isRunning()) {
      job.step();
    }
    return job.json();
  }

  private int held() {
    return store.find(EventQuery.newest(1000)).events().size();
  }

  @Test
  void removesOneLocationAndNoOther() {
    admit("loc1", 450);
    admit("loc2", 20);

    JsonNode done = run(job(false));

    assertThat(done.path("state").asText()).isEqualTo("done");
    assertThat(done.path("events").asInt()).isEqualTo(450);
    assertThat(done.path("deliveries").asInt()).isEqualTo(900);
    assertThat(done.path("pending").asInt()).isEqualTo(900);
    assertThat(done.path("companyKnown").asBoolean()).isTrue();
    assertThat(held()).isEqualTo(20);
    assertThat(store.learntCompanies()).containsOnlyKeys("loc2");
    assertThat(control.erased.get()).isEqualTo(1);
    admit("loc1", 450);
    assertThat(held()).as("retries of the platform stay duplicates").isEqualTo(20);
    store.admit(events.admission("new", "{}", "crm"));
    assertThat(held()).as("what is new of the location is taken").isEqualTo(21);
  }

  @Test
  void aDryRunOnlyCounts() {
    admit("loc1", 450);

    JsonNode done = run(job(true));

    assertThat(done.path("events").asInt()).isEqualTo(450);
    assertThat(done.path("bodyBytes").asLong()).isPositive();
    assertThat(done.path("companyKnown").asBoolean()).isTrue();
    assertThat(held()).isEqualTo(450);
    assertThat(store.learntCompanies()).containsOnlyKeys("loc1");
    assertThat(control.erased.get()).isZero();
  }

  @Test
  void whatIsLeftOfOneIsDoneByTheNext() {
    admit("loc1", 450);
    PurgeJob interrupted = job(false);
    interrupted.step();
    assertThat(held()).isEqualTo(250);
    assertThat(interrupted.cancel()).isTrue();
    assertThat(interrupted.json().path("state").asText()).isEqualTo("cancelled");
    control.eraseFails = true;
    PurgeJob withoutRoom = job(false);
    assertThatThrownBy(() -> run(withoutRoom)).isInstanceOf(StoreUnavailableException.class);
    assertThat(withoutRoom.cancel()).as("nothing to cancel while erasing").isFalse();
    assertThat(held()).isZero();

    control.eraseFails = false;
    JsonNode done = run(job(false));

    assertThat(List.of(done.path("state").asText(), done.path("events").asText()))
        .containsExactly("done", "0");
    assertThat(control.erased.get()).as("the bytes are still to be erased").isEqualTo(1);
  }
}
