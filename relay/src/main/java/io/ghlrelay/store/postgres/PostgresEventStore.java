package io.ghlrelay.store.postgres;

import io.ghlrelay.routing.RoutedTarget;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DuePosition;
import io.ghlrelay.store.DuplicateKey;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventPage;
import io.ghlrelay.store.EventQuery;
import io.ghlrelay.store.EventStore;
import io.ghlrelay.store.SharedStore;
import io.ghlrelay.store.StoreStats;
import io.ghlrelay.store.StoreUnavailableException;
import io.ghlrelay.store.commit.GroupCommit;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The store that many relays share, in PostgreSQL. Batches are gathered by one writer thread and
 * written as one transaction. Thread-safe.
 */
public final class PostgresEventStore implements EventStore {
  private final Database database;
  private final Partitions partitions;
  private final BatchWriter batches;
  private final GroupCommit<Change> writer;
  private final EventFinder finder;
  private final Counts counts;
  private final Heartbeat heartbeat;

  private PostgresEventStore(
      Database database,
      Partitions partitions,
      Heartbeat heartbeat,
      Counts counts,
      MeterRegistry registry) {
    this.database = database;
    this.partitions = partitions;
    this.heartbeat = heartbeat;
    this.finder = new EventFinder(database);
    this.counts = counts;
    this.batches = new BatchWriter(database, partitions, heartbeat);
    this.writer = new GroupCommit<>(batches, registry);
  }

  /**
   * Connects, brings the schema up to date, and enters the cluster.
   *
   * @param url {@code jdbc:postgresql://host:port/database}
   * @param user its user
   * @param password its password, or null
   * @param name this relay's name, one a cluster
   * @param version what runs
   * @param retention how long duplicates are known; the same on each relay
   * @param registry for its meters
   * @throws StoreUnavailableException in words for the operator, if it cannot be opened
   */
  public static PostgresEventStore open(
      String url,
      String user,
      @Nullable String password,
      String name,
      String version,
      Duration retention,
      MeterRegistry registry) {
    return open(url, user, password, name, version, retention, Counts.SELDOM, registry);
  }

  /** With counts that are renewed as seldom as is said, for tests. */
  static PostgresEventStore open(
      String url,
      String user,
      @Nullable String password,
      String name,
      String version,
      Duration retention,
      int seldom,
      MeterRegistry registry) {
    Database database = Database.open(url, user, password);
    try {
      Partitions partitions = new Partitions(retention);
      database.with(
          connection -> {
            partitions.load(connection);
            return true;
          });
      Heartbeat heartbeat = new Heartbeat(database, name, version);
      return new PostgresEventStore(
          database, partitions, heartbeat, new Counts(database, seldom), registry);
    } catch (SQLException e) {
      database.close();
      throw new StoreUnavailableException("store.postgres: " + e.getMessage(), e);
    }
  }

  @Override
  public CompletionStage<Admitted> admit(Admission admission) {
    CompletableFuture<Admitted> answer = new CompletableFuture<>();
    String problem = batches.problem();
    if (problem != null) {
      answer.completeExceptionally(new StoreUnavailableException(problem, null));
    } else if (!writer.offer(new Change.Admit(admission, DuplicateKey.of(admission), answer))) {
      answer.completeExceptionally(
          new StoreUnavailableException("too many events are waiting for the database", null));
    }
    return answer;
  }

  @Override
  public CompletionStage<Boolean> record(Delivery before, Delivery after, Attempt attempt) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    writer.put(new Change.Attempted(before, after, attempt, answer));
    return answer;
  }

  @Override
  public CompletionStage<List<Delivery>> replay(
      EventId id, List<RoutedTarget> targets, Instant due) {
    CompletableFuture<List<Delivery>> answer = new CompletableFuture<>();
    writer.put(new Change.Replay(id, List.copyOf(targets), due, answer));
    return answer;
  }

  @Override
  public void setPaused(String target, boolean paused) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    writer.put(new Change.Pause(target, paused, answer));
    GroupCommit.await(answer);
  }

  @Override
  public CompletionStage<Integer> remove(List<EventId> ids) {
    CompletableFuture<Integer> answer = new CompletableFuture<>();
    writer.put(new Change.Remove(List.copyOf(ids), answer));
    return answer;
  }

  @Override
  public void learnCompany(String locationId, String companyId) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    var learnt = new Admission.LearntCompany(locationId, companyId);
    writer.put(new Change.LearnCompany(learnt, answer));
    GroupCommit.await(answer);
  }

  @Override
  public boolean forgetCompany(String locationId) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    writer.put(new Change.ForgetCompany(locationId, answer));
    return GroupCommit.await(answer);
  }

  /**
   * Vacuums, so that the database writes over what was removed. Until it does, the bytes may stand
   * in free space of its files, and in its log, replicas and backups: those are not the relay's.
   */
  @Override
  public void erase() {
    database.read(
        connection -> {
          Removals.erase(connection);
          return true;
        });
  }

  @Override
  public List<Delivery> due(String target, DuePosition after, int limit) {
    String sql =
        "SELECT "
            + Rows.PENDING
            + " FROM pending WHERE target = ? AND owner = ? AND due >= 0"
            + " AND (due, event_id) > (?, ?)"
            + " ORDER BY due, event_id LIMIT ?";
    return database.read(
        connection ->
            Sql.list(
                connection,
                sql,
                Rows::pending,
                target,
                heartbeat.epoch(),
                Rows.micros(after.due()),
                Rows.uuid(after.eventId()),
                limit));
  }

  private <T> List<T> list(String sql, Sql.Mapping<T> mapping, Object... parameters) {
    return database.read(connection -> Sql.list(connection, sql, mapping, parameters));
  }

  @Override
  public Optional<Event> event(EventId id) {
    return list("SELECT " + Rows.EVENT + " FROM event WHERE id = ?", Rows::event, Rows.uuid(id))
        .stream()
        .findFirst();
  }

  @Override
  public Optional<byte[]> body(EventId id) {
    return list("SELECT body FROM event WHERE id = ?", row -> row.getBytes(1), Rows.uuid(id))
        .stream()
        .findFirst();
  }

  @Override
  public List<Delivery> deliveries(EventId id) {
    return database.read(connection -> EventFinder.deliveries(connection, id));
  }

  @Override
  public List<Attempt> attempts(EventId id, String target) {
    return list(
        "SELECT "
            + Rows.ATTEMPT
            + " FROM attempt WHERE event_id = ? AND target = ? ORDER BY series, number",
        Rows::attempt,
        Rows.uuid(id),
        target);
  }

  @Override
  public List<EventId> findByWebhookId(String webhookId) {
    return database.read(connection -> EventFinder.byWebhookId(connection, webhookId));
  }

  @Override
  public EventPage find(EventQuery query) {
    return finder.find(query);
  }

  @Override
  public Map<String, String> learntCompanies() {
    return database.read(SmallTables::companies);
  }

  @Override
  public Set<String> pausedTargets() {
    return database.read(SmallTables::paused);
  }

  @Override
  public void watch(SharedStore.Watcher watcher, Supplier<SharedStore.Member> self) {
    try {
      heartbeat.watch(watcher, self);
    } catch (SQLException e) {
      throw new StoreUnavailableException("the database cannot be used: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean attemptsHere(String target) {
    return heartbeat.attempts(target);
  }

  @Override
  public List<SharedStore.RelayInfo> relays() {
    return database.read(connection -> Membership.relays(connection, heartbeat.epoch()));
  }

  @Override
  public boolean mayDeliver() {
    return heartbeat.holds();
  }

  @Override
  public void purge(Instant before) {
    database.read(
        connection -> {
          partitions.drop(connection, before);
          return true;
        });
  }

  @Override
  public StoreStats stats() {
    Counts.Counted counted = counts.now();
    String problem = batches.problem();
    return new StoreStats(
        new TreeMap<>(counted.targets()), counted.unrouted(), problem == null, problem);
  }

  /** The database's own tools do it: pg_dump, pg_basebackup, or the provider's. */
  @Override
  public void backup(Path folder) {
    throw new StoreUnavailableException(
        "store.postgres has no backup of its own: use pg_dump or pg_basebackup", null);
  }

  @Override
  public void close() {
    writer.close();
    heartbeat.close();
    database.close();
  }
}
