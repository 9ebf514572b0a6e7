package io.ghlrelay.conformance.campaign;

import io.ghlrelay.conformance.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits until nothing is under way, then compares what the relay holds with what it has promised.
 * Confined to the campaign's thread.
 */
final class Auditor {
  /** How long nothing at all may happen, on a machine however busy, before that is a finding. */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(90);

  private static final long LOOK_MILLIS = 20;

  /** Events whose whole record is read after one fault. */
  private static final int SAMPLE = 30;

  private final EventSource events;
  private final Ledger ledger;
  private final Admin admin;
  private final RelayUnderTest relay;
  private final Violations violations;
  private final Records records;

  Auditor(
      EventSource events, Ledger ledger, Admin admin, RelayUnderTest relay, Violations violations) {
    this.events = events;
    this.ledger = ledger;
    this.admin = admin;
    this.relay = relay;
    this.violations = violations;
    this.records = new Records(violations);
  }

  /** Waits until so many events are acknowledged; false if nothing moves any more. */
  boolean awaitAcknowledged(int count) throws IOException, InterruptedException {
    return await(
        () -> ledger.acknowledgedCount() >= count,
        "events that the relay does not acknowledge: " + ledger.acknowledgedCount() + " are");
  }

  private boolean await(BooleanSupplier done, String what)
      throws IOException, InterruptedException {
    long moved = System.nanoTime();
    long seen = -1;
    while (!done.getAsBoolean()) {
      relay.check();
      long now = ledger.acknowledgedCount() + ledger.attempts();
      if (now != seen) {
        seen = now;
        moved = System.nanoTime();
      }
      if (System.nanoTime() - moved > PATIENCE) {
        violations.found(ViolationKind.STUCK, what);
        return false;
      }
      Thread.sleep(LOOK_MILLIS);
    }
    return true;
  }

  /**
   * Waits until nothing is pending, and looks at the events of a range: each delivery must be
   * delivered, or dead by the target's own answers. Of some that were tried again, or late, the
   * whole record is read.
   *
   * @param clockStep how far the wall clock was set meanwhile
   */
  void settle(int from, int to, Duration clockStep) throws IOException, InterruptedException {
    if (!await(this::nothingPending, "deliveries that stay pending")) {
      return;
    }
    for (Ledger.Open open : ledger.open(from, to)) {
      look(open);
    }
    for (int event : ledger.takeNoted(SAMPLE)) {
      for (JsonObject one : admin.events(events.webhookId(event))) {
        records.check(admin.event(one.string("id")), clockStep);
      }
    }
  }

  private boolean nothingPending() {
    try {
      return admin.pending() == 0;
    } catch (IOException e) {
      return false; // it is starting, or recovering
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** A delivery that its target has not taken: the relay must say why, and be right. */
  private void look(Ledger.Open open) throws IOException, InterruptedException {
    String webhookId = events.webhookId(open.event());
    CampaignTarget target = CampaignTarget.ALL.get(open.target());
    List<JsonObject> stored = admin.events(webhookId);
    if (stored.size() != 1) {
      violations.found(
          stored.isEmpty() ? ViolationKind.LOST : ViolationKind.ADMITTED_TWICE,
          "acknowledged event " + webhookId + " is in the store " + stored.size() + " times");
      return;
    }
    for (JsonObject delivery : stored.get(0).objects("deliveries")) {
      if (delivery.string("target", "").equals(target.name())) {
        if (delivery.string("deadReason", "").equals("exhausted")
            && delivery.number("attempts", 0) == target.rules().maxRetries() + 1) {
          ledger.dead(open.target(), open.event());
        } else {
          violations.found(
              ViolationKind.LOST,
              "event %s never came to %s: it is %s %s after %d attempts"
                  .formatted(
                      webhookId,
                      target.name(),
                      delivery.string("state", "?"),
                      delivery.string("deadReason", ""),
                      delivery.number("attempts", 0)));
        }
        return;
      }
    }
    violations.found(
        ViolationKind.LOST, "event " + webhookId + " has no delivery to " + target.name());
  }

  /** Reads the whole list of events: each acknowledged one must be in it once, and no other. */
  int wholeStore(int sent) throws IOException, InterruptedException {
    BitSet stored = new BitSet();
    int listed = 0;
    @Nullable String cursor = null;
    do {
      JsonObject page = admin.page(cursor);
      for (JsonObject event : page.objects("events")) {
        listed++;
        String webhookId = event.string("webhookId", "");
        int number = events.number(webhookId);
        if (number < 0 || number >= sent) {
          violations.found(
              webhookId.startsWith(Flood.PREFIX) ? ViolationKind.FORGED : ViolationKind.WRONG,
              "the store has an event that nobody sent: '" + webhookId + "'");
        } else if (stored.get(number)) {
          violations.found(
              ViolationKind.ADMITTED_TWICE, "event " + webhookId + " is in the store twice");
        } else {
          stored.set(number);
        }
      }
      cursor = page.optString("next");
    } while (cursor != null);
    for (int event = stored.nextClearBit(0); event < sent; event = stored.nextClearBit(event + 1)) {
      if (ledger.isAcknowledged(event)) {
        violations.found(
            ViolationKind.LOST,
            "acknowledged event " + events.webhookId(event) + " is not in the store");
      }
    }
    return listed;
  }
}
