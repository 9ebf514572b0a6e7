package io.ghlrelay.store;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What relays that share one store tell each other through it. */
public final class SharedStore {
  private SharedStore() {}

  /** Told of what others have done. Called by a thread of the store. */
  public interface Watcher {
    /** Listens to nothing. */
    Watcher NOBODY =
        new Watcher() {
          @Override
          public void queuesChanged() {}

          @Override
          public void arrived(List<Delivery> deliveries) {}

          @Override
          public void pausesChanged(Set<String> paused) {}

          @Override
          public void companiesChanged(Map<String, String> learnt) {}
        };

    /** What {@link EventStore#due} returns may have changed without this relay: read it anew. */
    void queuesChanged();

    /** Deliveries of other relays' events have become this relay's to attempt. */
    void arrived(List<Delivery> deliveries);

    /** Which targets are paused now. */
    void pausesChanged(Set<String> paused);

    /** Every location whose company is known now, see {@link EventStore#learntCompanies}. */
    void companiesChanged(Map<String, String> learnt);
  }

  /**
   * This relay, as it stands now. Immutable.
   *
   * @param targets whose deliveries it can attempt
   * @param ordered those of them that get their deliveries in order: one relay attempts all of them
   * @param config tells configurations apart; for people to compare
   */
  public record Member(Set<String> targets, Set<String> ordered, String config) {
    /** A relay that attempts nothing yet. */
    public static final Member NOTHING = new Member(Set.of(), Set.of(), "");

    /** Copies the sets. */
    public Member {
      targets = Set.copyOf(targets);
      ordered = Set.copyOf(ordered);
    }
  }

  /**
   * One of the relays. Immutable.
   *
   * @param name its name, one a relay
   * @param version what it runs
   * @param self whether it is the one that was asked
   * @param alive whether it holds its lease
   * @param startedAt when it entered, by the store's clock
   * @param leaseUntil until when it holds what is its own if it stays silent, by the store's clock
   * @param config see {@link Member}
   * @param pending deliveries that are its to attempt
   * @param ordered targets whose order it keeps
   */
  public record RelayInfo(
      String name,
      String version,
      boolean self,
      boolean alive,
      Instant startedAt,
      Instant leaseUntil,
      String config,
      long pending,
      List<String> ordered) {}
}
