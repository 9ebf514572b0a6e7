package io.ghlrelay.store.postgres;

import io.ghlrelay.store.Admitted;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.StoreUnavailableException;
import io.ghlrelay.store.commit.GroupCommit;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a batch of changes as one transaction. Used by the writer thread, but for the problem. */
final class BatchWriter implements GroupCommit.Sink<Change> {
  /** Another transaction won; the next try sees what it wrote. */
  private static final Set<String> TRY_AGAIN = Set.of("23505", "40001", "40P01");

  private static final int TRIES = 5;
  private static final Logger log = LoggerFactory.getLogger(BatchWriter.class);

  private final Database database;
  private final Partitions partitions;
  private final Heartbeat heartbeat;
  private volatile @Nullable String problem;

  /** Changes may be waiting behind the batch that has just failed. */
  private boolean justFailed;

  /**
   * A writer.
   *
   * @param heartbeat says whose what is written is; told after a failure, since what was answered
   *     as failed may stand in the database
   */
  BatchWriter(Database database, Partitions partitions, Heartbeat heartbeat) {
    this.database = database;
    this.partitions = partitions;
    this.heartbeat = heartbeat;
  }

  /** Why nothing can be written now, in words for the operator, or null; any thread. */
  @Nullable String problem() {
    return problem;
  }

  @Override
  public void write(List<Change> changes, boolean sync) {
    String known = problem;
    if (known != null) { // what waited meanwhile need not wait as long again; tick() tries
      changes.forEach(change -> change.failed(new StoreUnavailableException(known, null)));
      return;
    }
    try {
      List<Runnable> answers = writeTrying(changes);
      problem = null;
      answers.forEach(Runnable::run);
    } catch (SQLException e) {
      if (isFaultOfOne(e) && changes.size() > 1) {
        changes.forEach(change -> write(List.of(change), sync)); // the others are not its victims
        return;
      }
      String message = "the database takes no writes: " + e.getMessage();
      if (problem == null) {
        log.warn("The store: {}.", message);
      }
      problem = isFaultOfOne(e) ? null : message;
      changes.forEach(change -> change.failed(new StoreUnavailableException(message, e)));
      justFailed = true;
      heartbeat.uncertain();
    }
  }

  /** Data that the database cannot hold, for example; not its being away. */
  private static boolean isFaultOfOne(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return state.startsWith("22") || state.startsWith("23");
  }

  private List<Runnable> writeTrying(List<Change> changes) throws SQLException {
    for (int tries = 1; ; tries++) {
      try {
        return database.write(connection -> transaction(connection, changes));
      } catch (SQLException e) {
        if (tries == TRIES || !TRY_AGAIN.contains(String.valueOf(e.getSQLState()))) {
          throw e;
        }
      }
    }
  }

  private List<Runnable> transaction(Connection connection, List<Change> changes)
      throws SQLException {
    List<Change.Admit> admits = new ArrayList<>();
    List<Change.Attempted> records = new ArrayList<>();
    List<Runnable> answers = new ArrayList<>();
    for (Change change : changes) {
      if (change instanceof Change.Admit admit) {
        admits.add(admit);
      } else if (change instanceof Change.Attempted outcome) {
        records.add(outcome);
      }
    }
    if (!admits.isEmpty()) {
      admit(connection, admits, answers);
    }
    if (!records.isEmpty()) {
      var taken = Outcomes.write(connection, records, heartbeat.epoch());
      for (Change.Attempted change : records) {
        boolean counts =
            taken.contains(new Outcomes.Key(change.after().eventId(), change.after().target()));
        answers.add(() -> change.answer().complete(counts));
      }
    }
    for (Change change : changes) {
      if (change instanceof Change.Replay replay) {
        List<Delivery> replayed = Replays.write(connection, replay, heartbeat::ownerFor);
        answers.add(() -> replay.answer().complete(List.copyOf(replayed)));
      } else if (change instanceof Change.Pause pause) {
        SmallTables.pause(connection, pause.target(), pause.paused());
        answers.add(() -> pause.answer().complete(null));
      } else if (change instanceof Change.Remove remove) {
        int removed = Removals.remove(connection, remove.ids());
        answers.add(() -> remove.answer().complete(removed));
      } else if (change instanceof Change.LearnCompany learn) {
        SmallTables.learn(connection, learn.learnt());
        answers.add(() -> learn.answer().complete(null));
      } else if (change instanceof Change.ForgetCompany forget) {
        boolean known = SmallTables.forget(connection, forget.locationId());
        answers.add(() -> forget.answer().complete(known));
      }
    }
    connection.commit();
    return answers;
  }

  private void admit(Connection connection, List<Change.Admit> admits, List<Runnable> answers)
      throws SQLException {
    Instant newest = Instant.MIN;
    for (Change.Admit admit : admits) {
      Instant at = admit.admission().event().id().time();
      newest = at.isAfter(newest) ? at : newest;
      if (!partitions.ready(at)) {
        partitions.make(connection, at);
      }
    }
    List<Admitted> results =
        Admissions.write(connection, admits, partitions.buckets(newest), heartbeat::ownerFor);
    for (int i = 0; i < admits.size(); i++) {
      Change.Admit admit = admits.get(i);
      Admitted result = results.get(i);
      answers.add(() -> admit.answer().complete(result));
    }
  }

  /** A commit is durable: nothing is left to sync. */
  @Override
  public void sync() {}

  /** Looks whether a database that was away is back, which may take long. */
  @Override
  public void tick() {
    if (justFailed) {
      justFailed = false; // whoever waits is answered first
    } else if (problem != null) {
      try {
        database.write(connection -> Sql.list(connection, "SELECT 1", row -> row.getInt(1)));
        problem = null;
        log.info("The store: the database takes writes again.");
        heartbeat.uncertain();
      } catch (SQLException e) {
        problem = "the database takes no writes: " + e.getMessage();
      }
    }
  }
}
