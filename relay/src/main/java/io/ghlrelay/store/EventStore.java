package io.ghlrelay.store;

import io.ghlrelay.routing.RoutedTarget;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Keeps events, their deliveries and attempts: the only truth that survives a crash. Thread-safe.
 *
 * <p>Invariants, held by one contract test suite over every implementation:
 *
 * <ol>
 *   <li>S1: when the stage of {@link #admit} completes with {@link Admitted.Stored}, the event, its
 *       duplicate key and its deliveries are durable, all of them or none.
 *   <li>S2: of all admissions with equal duplicate key and equal body within the retention, exactly
 *       one is stored, however many arrive at once and across restarts.
 *   <li>S3: the duplicate key is (appId, webhookId), or SHA-256 of the body where the event has no
 *       webhookId. Same ids with another body: stored, with {@link Event#conflict()}.
 *   <li>S4: every PENDING delivery is found by {@link #due}; no other is.
 *   <li>S5: {@link #record} is atomic per call, applied in the order of calls, durable within 100
 *       ms, and survives the death of the process once its stage completed.
 *   <li>S6: {@link #purge} never removes an event that has a PENDING delivery.
 *   <li>S7: the store takes writes again by itself once the cause of a failed one has gone. A write
 *       that was reported as failed is then there as a whole or not at all, since a disk that fails
 *       does not say which; see {@link #watch}.
 *   <li>S8: what {@link #remove} took stays away: an outcome recorded afterwards, or a second
 *       admission of the same event, brings nothing of it back.
 * </ol>
 *
 * <p>Reading methods block for disk reads and throw {@link StoreUnavailableException} when the
 * store cannot be read. Stages complete on a thread of the store: do little there.
 */
public interface EventStore extends AutoCloseable {

  /**
   * Admits an event with its deliveries, unless it is a duplicate. Many callers are gathered into
   * one durable write.
   *
   * @return completes when durable; fails with {@link StoreUnavailableException} if it cannot be
   *     made so, and at once if too much is waiting
   */
  CompletionStage<Admitted> admit(Admission admission);

  /**
   * Records an attempt together with the delivery as it is after it.
   *
   * @param before the delivery as the store holds it now
   * @param after the same delivery after the attempt
   * @return completes when visible to {@link #due} and the other reading methods, with true; or
   *     with false, and nothing recorded, if the delivery is not as it was before, or not this
   *     relay's any more: another has taken it over. If the event was removed meanwhile, with
   *     either, and without any trace. Fails with {@link StoreUnavailableException}, after which
   *     the caller may call again with the same arguments
   */
  CompletionStage<Boolean> record(Delivery before, Delivery after, Attempt attempt);

  /**
   * Pending deliveries of one target in the order they are due.
   *
   * @param target the target's name
   * @param after exclusive
   * @param limit most to return, at least 1
   */
  List<Delivery> due(String target, DuePosition after, int limit);

  /** The event, if it is (still) held. */
  Optional<Event> event(EventId id);

  /** The exact body bytes, readable until the retention ends, whatever became of deliveries. */
  Optional<byte[]> body(EventId id);

  /** The event's deliveries, by target name. */
  List<Delivery> deliveries(EventId id);

  /** Every attempt of one delivery, all series, in order. */
  List<Attempt> attempts(EventId id, String target);

  /** Events held with this webhook id, oldest first: more than one on a conflict. */
  List<EventId> findByWebhookId(String webhookId);

  /** Lists events, newest first. */
  EventPage find(EventQuery query);

  /**
   * Makes deliveries pending again, due at {@code due}, each as a new series of attempts; a target
   * the event had no delivery for gets a first one. A delivery that is pending already is left as
   * it is. Durable when the stage completes.
   *
   * @param id the event; unknown id = empty list
   * @param targets to whom; a target already known keeps its recorded route
   * @return the deliveries made pending
   */
  CompletionStage<List<Delivery>> replay(EventId id, List<RoutedTarget> targets, Instant due);

  /** Every location whose company was learnt: location id to company id. */
  Map<String, String> learntCompanies();

  /** Names of the paused targets. */
  Set<String> pausedTargets();

  /** Pauses or resumes a target, durably. */
  void setPaused(String target, boolean paused);

  /**
   * Removes events received before {@code before}, with their bodies, settled deliveries, attempts
   * and duplicate keys. Events with a pending delivery stay; others received within the same minute
   * may stay with them.
   */
  void purge(Instant before);

  /**
   * Removes events on request, whatever became of them: with their bodies, deliveries (also pending
   * ones, which are not attempted any more) and attempts, all of one event or nothing. Their
   * duplicate keys stay until the retention ends: they are hashes, and keep the platform's next
   * retry from bringing the event back. Durable when the stage completes; to be called again where
   * it failed.
   *
   * @param ids the events; unknown ones are passed over
   * @return how many were held; fails with {@link StoreUnavailableException}
   */
  CompletionStage<Integer> remove(List<EventId> ids);

  /** Learns, durably, which company a location belongs to; so far from a store that is moved. */
  void learnCompany(String locationId, String companyId);

  /**
   * Forgets, durably, which company a location belongs to.
   *
   * @return whether it was known
   */
  boolean forgetCompany(String locationId);

  /**
   * Rewrites what the store keeps on disk, so that nothing of what was removed before stands in any
   * file of it when this returns. Takes as long as reading and writing all of it; everything else
   * goes on meanwhile. {@link #close} ends it early.
   *
   * @throws StoreUnavailableException if that fails, is ended early, or there is no room for it
   */
  void erase();

  /**
   * Begins to tell of what happens to the store without this relay: that it works again after a
   * failure, when deliveries may be pending that nobody knows of (their admission was reported as
   * failed, and reached the disk after all), and what other relays do that share it.
   *
   * @param watcher the only one; called on a thread of the store
   * @param self what others should know of this relay; asked again and again
   */
  default void watch(SharedStore.Watcher watcher, Supplier<SharedStore.Member> self) {}

  /**
   * Whether what {@link #due} returned is still this relay's to attempt; false when it could not
   * renew its lease for so long that another may have taken over. Cheap.
   */
  default boolean mayDeliver() {
    return true;
  }

  /**
   * Whether what this relay admits or replays for a target is attempted by this relay; else another
   * one does, since the target gets its deliveries in order. Cheap.
   */
  default boolean attemptsHere(String target) {
    return true;
  }

  /** The relays that share the store, by name; none if it is this relay's own. */
  default List<SharedStore.RelayInfo> relays() {
    return List.of();
  }

  /** Counts and state; cheap. */
  StoreStats stats();

  /**
   * Writes a consistent copy into an empty or missing folder while the store is in use.
   *
   * @throws StoreUnavailableException if that fails
   */
  void backup(Path folder);

  /** Makes everything recorded durable and closes. Admissions in progress fail. */
  @Override
  void close();
}
