package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventPage;
import io.ghlrelay.store.EventQuery;
import io.ghlrelay.store.EventStore;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replays of many events: counted, at once, or in the background. Thread-safe. */
final class Replays implements AutoCloseable {
  /** What a request may say. */
  static final Set<String> MEMBERS =
      Set.of(
          "q",
          "location",
          "type",
          "webhookId",
          "target",
          "state",
          "from",
          "to",
          "limit",
          "dryRun",
          "background",
          "perSecond",
          "cursor");

  private static final String UNROUTED = "unrouted";
  private static final String DEAD = DeliveryState.DEAD.id();

  /** Events of one replay that is not in the background. */
  private static final int MAX_AT_ONCE = 10_000;

  /** Jobs that run at a time, and that are remembered. */
  private static final int MAX_RUNNING = 4;

  private static final int MAX_KEPT = 50;
  private static final int MAX_PER_SECOND = 10_000;

  /** Steps of a job with a rate, a second; and events of one step without a rate. */
  private static final int STEPS_PER_SECOND = 10;

  private static final int UNLIMITED_STEP = 100;

  private static final Logger log = LoggerFactory.getLogger(Replays.class);

  private final EventStore store;
  private final RelayControl relay;
  private final Clock clock;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Deque<ReplayJob> jobs = new ArrayDeque<>();
  private final ScheduledThreadPoolExecutor worker =
      new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("relay-replay", true));

  Replays(EventStore store, RelayControl relay, Clock clock) {
    this.store = store;
    this.relay = relay;
    this.clock = clock;
    worker.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  ApiResponse replay(ApiRequest request) {
    request.onlyParameters(Set.of());
    ObjectNode body = request.object(MEMBERS);
    EventFilters filters = EventFilters.of(body).withState(DEAD);
    if (DeliveryState.PENDING.id().equals(filters.state())) {
      throw new ApiException(400, "'state': what is pending needs no replay.");
    }
    if (flag(body, "background") && !flag(body, "dryRun")) {
      return ApiResponse.json(202, start(body, filters).json());
    }
    return atOnce(filters, integer(body, "limit", MAX_AT_ONCE), flag(body, "dryRun"));
  }

  private ApiResponse atOnce(EventFilters filters, @Nullable Integer limit, boolean dryRun) {
    // All ids first: a replayed event leaves the index that is being read.
    int most = limit == null ? MAX_AT_ONCE : limit;
    List<EventPage.Item> matched = new ArrayList<>();
    EventQuery query = EventFilters.resolved(filters.query(clock, null, 1000), store);
    while (query != null && matched.size() < most) {
      EventPage page = store.find(query);
      matched.addAll(
          page.events().subList(0, Math.min(page.events().size(), most - matched.size())));
      query = page.next() == null ? null : query.after(page.next());
    }
    int replayed = 0;
    if (!dryRun) {
      for (EventPage.Item item : matched) {
        if (!relay.replay(item.event().id(), targets(item, filters)).orElse(List.of()).isEmpty()) {
          replayed++;
        }
      }
    }
    return ApiResponse.json(
        200, EventJson.object().put("matched", matched.size()).put("replayed", replayed));
  }

  /** To whom an event is replayed that fits the filters; null = wherever the routes lead. */
  static @Nullable List<String> targets(EventPage.Item item, EventFilters filters) {
    if (UNROUTED.equals(filters.state())) {
      return null;
    }
    return item.deliveries().stream()
        .filter(delivery -> delivery.state().id().equals(filters.state()))
        .map(Delivery::target)
        .filter(name -> filters.target() == null || filters.target().equals(name))
        .toList();
  }

  private ReplayJob start(ObjectNode body, EventFilters filters) {
    ReplayJob job =
        new ReplayJob(
            "replay-" + numbers.incrementAndGet(),
            filters,
            cursor(body),
            integer(body, "perSecond", MAX_PER_SECOND),
            store,
            relay,
            clock);
    synchronized (jobs) {
      if (jobs.stream().filter(ReplayJob::isRunning).count() >= MAX_RUNNING) {
        throw new ApiException(
            409, MAX_RUNNING + " replays are running; let one end, or cancel it.");
      }
      jobs.addFirst(job);
      if (jobs.size() > MAX_KEPT) {
        jobs.removeLast();
      }
    }
    log.info("{} started: {}", job.id(), filters.text());
    worker.execute(() -> work(job, 0));
    return job;
  }

  /**
   * One step, then the next: jobs take turns on the one thread.
   *
   * @param done events that the running second of a rated job has had
   */
  private void work(ReplayJob job, int done) {
    Integer rate = job.perSecond();
    int step = rate == null ? UNLIMITED_STEP : share(rate, done % STEPS_PER_SECOND);
    try {
      job.step(step);
    } catch (RuntimeException e) {
      log.warn("{} failed; it can be continued from its cursor.", job.id(), e);
      job.failed(String.valueOf(e.getMessage()));
    }
    if (job.isRunning()) {
      worker.schedule(
          () -> work(job, done + 1),
          rate == null ? 0 : 1000 / STEPS_PER_SECOND,
          TimeUnit.MILLISECONDS);
    } else {
      log.info("{} ended: {}", job.id(), job.json());
    }
  }

  /** A second's events spread over its steps without remainder. */
  private static int share(int rate, int step) {
    return rate * (step + 1) / STEPS_PER_SECOND - rate * step / STEPS_PER_SECOND;
  }

  private static @Nullable EventId cursor(ObjectNode body) {
    JsonNode given = body.path("cursor");
    try {
      return given.isTextual() ? EventId.parse(given.textValue()) : null;
    } catch (IllegalArgumentException e) {
      throw new ApiException(400, "'cursor' is not an event id.");
    }
  }

  private static boolean flag(ObjectNode body, String name) {
    JsonNode value = body.path(name);
    if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
      throw new ApiException(400, "'" + name + "' must be true or false.");
    }
    return value.asBoolean(false);
  }

  private static @Nullable Integer integer(ObjectNode body, String name, int most) {
    JsonNode value = body.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isInt() || value.intValue() < 1 || value.intValue() > most) {
      throw new ApiException(400, "'" + name + "' (expected: 1.." + most + ").");
    }
    return value.intValue();
  }

  ApiResponse list(ApiRequest request) {
    request.onlyParameters(Set.of());
    ObjectNode json = EventJson.object();
    ArrayNode list = json.putArray("replays");
    synchronized (jobs) {
      jobs.forEach(job -> list.add(job.json()));
    }
    return ApiResponse.json(200, json);
  }

  ApiResponse show(ApiRequest request) {
    request.onlyParameters(Set.of());
    return ApiResponse.json(200, job(request.variables()).json());
  }

  ApiResponse cancel(ApiRequest request) {
    request.onlyParameters(Set.of());
    ReplayJob job = job(request.variables());
    job.cancel();
    return ApiResponse.json(200, job.json());
  }

  private ReplayJob job(Map<String, String> variables) {
    String id = variables.get("id");
    synchronized (jobs) {
      return jobs.stream()
          .filter(job -> job.id().equals(id))
          .findFirst()
          .orElseThrow(() -> new ApiException(404, "There is no such replay."));
    }
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }
}
