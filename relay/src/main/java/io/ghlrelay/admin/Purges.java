package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.store.EventStore;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removals of all that is held of a location, one at a time, in the background. Thread-safe. */
final class Purges implements AutoCloseable {
  /** What a request may say. */
  static final Set<String> MEMBERS = Set.of("location", "dryRun");

  /** Jobs that are remembered. */
  private static final int MAX_KEPT = 50;

  /** Longest location id taken, in characters; the platform's have some twenty. */
  private static final int MAX_LOCATION = 256;

  private static final Logger log = LoggerFactory.getLogger(Purges.class);

  private final EventStore store;
  private final RelayControl relay;
  private final AuditLog audit;
  private final Clock clock;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Deque<PurgeJob> jobs = new ArrayDeque<>();
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(new DefaultThreadFactory("relay-purge", true));

  Purges(EventStore store, RelayControl relay, AuditLog audit, Clock clock) {
    this.store = store;
    this.relay = relay;
    this.audit = audit;
    this.clock = clock;
  }

  ApiResponse purge(ApiRequest request) {
    request.onlyParameters(Set.of());
    ObjectNode body = request.object(MEMBERS);
    JsonNode location = body.path("location");
    if (!location.isTextual()
        || location.textValue().isBlank()
        || location.textValue().length() > MAX_LOCATION) {
      throw new ApiException(
          400, "'location' must be a location's id, up to " + MAX_LOCATION + " characters.");
    }
    JsonNode dryRun = body.path("dryRun");
    if (!dryRun.isMissingNode() && !dryRun.isNull() && !dryRun.isBoolean()) {
      throw new ApiException(400, "'dryRun' must be true or false.");
    }
    return ApiResponse.json(202, start(location.textValue(), dryRun.asBoolean(false)).json());
  }

  private PurgeJob start(String location, boolean dryRun) {
    PurgeJob job;
    synchronized (jobs) {
      if (jobs.stream().anyMatch(PurgeJob::isRunning)) {
        throw new ApiException(409, "A purge is running; let it end, or cancel it.");
      }
      job =
          new PurgeJob("purge-" + numbers.incrementAndGet(), location, dryRun, store, relay, clock);
      jobs.addFirst(job);
      if (jobs.size() > MAX_KEPT) {
        jobs.removeLast();
      }
    }
    log.info("{} started{}: location {}", job.id(), dryRun ? " (dry run)" : "", location);
    worker.execute(() -> work(job));
    return job;
  }

  private void work(PurgeJob job) {
    try {
      job.step();
      if (job.isRunning()) {
        worker.execute(() -> work(job));
        return;
      }
    } catch (RejectedExecutionException closing) {
      job.failed("the relay is stopping");
    } catch (RuntimeException e) {
      log.warn("{} failed; what is removed stays so, purge again for the rest.", job.id(), e);
      job.failed(String.valueOf(e.getMessage()));
    }
    audit.record(
        new AuditLog.Entry(
            job.id(),
            AuditLog.PROCESS,
            null,
            "purge-ended",
            job.id(),
            job.json(),
            job.isDone() ? 200 : 500));
  }

  ApiResponse list(ApiRequest request) {
    request.onlyParameters(Set.of());
    ObjectNode json = EventJson.object();
    ArrayNode list = json.putArray("purges");
    synchronized (jobs) {
      jobs.forEach(job -> list.add(job.json()));
    }
    return ApiResponse.json(200, json);
  }

  ApiResponse show(ApiRequest request) {
    request.onlyParameters(Set.of());
    return ApiResponse.json(200, job(request).json());
  }

  ApiResponse cancel(ApiRequest request) {
    request.onlyParameters(Set.of());
    PurgeJob job = job(request);
    if (!job.cancel()) {
      throw new ApiException(409, "All is removed, and the store is being rewritten: let it end.");
    }
    return ApiResponse.json(200, job.json());
  }

  private PurgeJob job(ApiRequest request) {
    String id = request.variables().get("id");
    synchronized (jobs) {
      return jobs.stream()
          .filter(job -> job.id().equals(id))
          .findFirst()
          .orElseThrow(() -> new ApiException(404, "There is no such purge."));
    }
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }
}
