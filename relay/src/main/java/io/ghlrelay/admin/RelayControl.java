package io.ghlrelay.admin;

import io.ghlrelay.config.ConfigException;
import io.ghlrelay.config.RelayConfig;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.delivery.BreakerState;
import io.ghlrelay.platform.Verification;
import io.ghlrelay.routing.RoutingTable;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.SharedStore.RelayInfo;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the admin API may ask of the running relay. Thread-safe; may block for the store. */
public interface RelayControl {

  /** Every configured target, in the order of the configuration. */
  List<TargetStatus> targets();

  /** Pauses a target: its queue is kept, no attempt starts. False = no such target. */
  boolean pause(String target);

  /** Resumes a target. False = no such target. */
  boolean resume(String target);

  /**
   * Makes deliveries of an event pending again, due at once.
   *
   * @param id the event
   * @param targets to whom; null = every dead delivery of it, or, if the event is unrouted, every
   *     target that the routes choose now
   * @return the targets whose delivery is pending now because of this call; empty optional = no
   *     such event
   */
  Optional<List<String>> replay(EventId id, @Nullable List<String> targets);

  /**
   * Removes events from the store, and from what waits to be attempted.
   *
   * @return how many were held
   */
  int remove(List<EventId> ids);

  /** Forgets which company a location belongs to. False = it was not known. */
  boolean forgetCompany(String location);

  /** Rewrites the store's files, so that nothing removed before stands in any. Takes long. */
  void erase();

  /** Why each route in force does or does not take the event, in the order of the routes. */
  List<RoutingTable.Explanation> explainRoutes(Event event);

  /** What the keys in force say of a stored event's signature. */
  Verification verifyNow(Event event, byte[] body);

  /**
   * Reads the configuration again and applies it, all or nothing.
   *
   * @return warnings, as text
   * @throws ConfigException if it is not valid; the old one stays in force
   */
  List<String> reload() throws ConfigException;

  /** The configuration in force. */
  RelayConfig config();

  /** The relays that share the store with this one, itself included. */
  Relays relays();

  /** Whether traffic should be sent here: every check with its result. */
  List<Check> readiness();

  /**
   * One readiness check.
   *
   * @param name for example {@code store}
   * @param ok whether it passed
   * @param detail for the operator, never secret
   */
  record Check(String name, boolean ok, String detail) {}

  /**
   * Relays on one store. Immutable.
   *
   * @param shared whether the store is one that relays can share
   * @param all those that have been there within a day, by name; none if it is not
   */
  record Relays(boolean shared, List<RelayInfo> all) {
    /** A store of this relay's own. */
    public static final Relays ALONE = new Relays(false, List.of());

    /** Copies the list. */
    public Relays {
      all = List.copyOf(all);
    }

    /** How many hold their lease. */
    public long alive() {
      return all.stream().filter(RelayInfo::alive).count();
    }

    /** The different configurations of those alive; one that has just started tells of none yet. */
    public List<String> configs() {
      return all.stream()
          .filter(RelayInfo::alive)
          .map(RelayInfo::config)
          .filter(config -> !config.isEmpty())
          .distinct()
          .sorted()
          .toList();
    }
  }

  /**
   * A target now.
   *
   * @param config as configured
   * @param paused whether paused
   * @param inFlight attempts in flight
   * @param pending deliveries not settled, those in flight included
   * @param dead dead letters
   * @param oldestPending see the store's statistics; null if nothing is pending
   * @param nextAttemptAt when the next attempt is due; null if nothing is pending
   * @param breaker where its circuit breaker stands; null if it has none
   */
  record TargetStatus(
      TargetConfig config,
      boolean paused,
      int inFlight,
      long pending,
      long dead,
      @Nullable Instant oldestPending,
      @Nullable Instant nextAttemptAt,
      @Nullable BreakerState breaker) {}
}
