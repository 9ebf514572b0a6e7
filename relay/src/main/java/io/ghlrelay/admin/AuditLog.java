package io.ghlrelay.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ghlrelay.config.AdminConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Who changed what, and who tried: one line each to the logger {@code audit}, to {@code
 * admin.auditFile} if there is one, and for a while in memory. Thread-safe by its own lock.
 */
public final class AuditLog implements AutoCloseable {
  /** Who is named where a signal or the program around the relay asked. */
  public static final String PROCESS = "process";

  /** Entries kept in memory. */
  private static final int KEPT = 1_000;

  /** Longest parameters noted, in characters; more would be no line that is read. */
  private static final int MAX_PARAMETERS = 2_000;

  private static final int MAX_OBJECT = 200;
  private static final int FAILED = 400;
  private static final Logger log = LoggerFactory.getLogger(AuditLog.class);
  private static final Logger audit = LoggerFactory.getLogger("audit");

  private final Clock clock;
  private final @Nullable Path file;
  private final Deque<ObjectNode> latest = new ArrayDeque<>();
  private @Nullable FileChannel channel;

  private AuditLog(Clock clock, @Nullable Path file) {
    this.clock = clock;
    this.file = file;
  }

  /**
   * Opens the file, if one is configured, for appending.
   *
   * @throws IOException in words for the operator, if it cannot be opened
   */
  public static AuditLog open(AdminConfig config, Clock clock) throws IOException {
    AuditLog made = new AuditLog(clock, config.auditFile());
    made.reopen();
    return made;
  }

  /** One without a file, for tests. */
  static AuditLog inMemory(Clock clock) {
    return new AuditLog(clock, null);
  }

  /**
   * One thing that was done, or tried. Immutable.
   *
   * @param requestId by which the answer names it
   * @param who {@code token}, {@code session:...}, {@code console session:...}, {@code loopback}
   *     where no token is set, {@code nobody}, or {@link #PROCESS}
   * @param from the address it came from; null = from within
   * @param action what, in a word
   * @param object to what: a target, an event, a job; null = the relay
   * @param parameters what was asked for; null if nothing, or refused
   * @param status the HTTP status that tells how it ended
   */
  public record Entry(
      String requestId,
      String who,
      @Nullable String from,
      String action,
      @Nullable String object,
      @Nullable JsonNode parameters,
      int status) {

    private String outcome() {
      return status < FAILED ? "success" : "failure";
    }
  }

  /** Notes an entry. What was accepted is on the disk, where there is a file, when this returns. */
  public synchronized void record(Entry entry) {
    ObjectNode json = json(entry);
    latest.addFirst(json);
    if (latest.size() > KEPT) {
      latest.removeLast();
    }
    append(json + "\n", entry.status() < FAILED);
    say(entry, json);
  }

  private ObjectNode json(Entry entry) {
    ObjectNode json =
        EventJson.object()
            .put("at", EventJson.time(clock.instant()))
            .put("requestId", entry.requestId())
            .put("who", entry.who())
            .put("from", entry.from())
            .put("action", entry.action())
            .put("object", cut(entry.object()));
    json.set("parameters", parameters(entry.parameters()));
    return json.put("status", entry.status()).put("outcome", entry.outcome());
  }

  private static @Nullable String cut(@Nullable String object) {
    return object == null || object.length() <= MAX_OBJECT
        ? object
        : object.substring(0, MAX_OBJECT) + "...";
  }

  private static @Nullable JsonNode parameters(@Nullable JsonNode given) {
    if (given == null || given.isEmpty()) {
      return null;
    }
    return given.toString().length() <= MAX_PARAMETERS
        ? given
        : EventJson.object().put("tooLong", given.toString().length());
  }

  private void append(String line, boolean force) {
    FileChannel to = channel;
    if (to == null) {
      return;
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        to.write(bytes);
      }
      if (force) {
        to.force(false);
      }
    } catch (IOException e) {
      log.error("admin.auditFile: {} cannot be written; the log has this line.", file, e);
    }
  }

  /** In words where people read; in JSON with the fields of ECS beside them. */
  private static void say(Entry entry, ObjectNode json) {
    Map<String, String> fields =
        Map.of(
            "event.action", entry.action(),
            "event.outcome", entry.outcome(),
            "user.name", entry.who(),
            "source.address", String.valueOf(entry.from()),
            "http.request.id", entry.requestId());
    List<MDC.MDCCloseable> set = new ArrayList<>();
    fields.forEach((name, value) -> set.add(MDC.putCloseable(name, value)));
    try {
      audit.info("{}", json);
    } finally {
      set.forEach(MDC.MDCCloseable::close);
    }
  }

  /** The latest entries, newest first. */
  synchronized ArrayNode latest(int limit) {
    ArrayNode list = EventJson.object().arrayNode();
    latest.stream().limit(limit).forEach(list::add);
    return list;
  }

  /**
   * Opens the file anew, for whoever has moved it away.
   *
   * @throws IOException in words for the operator; the file that was open stays in use
   */
  public synchronized void reopen() throws IOException {
    if (file == null) {
      return;
    }
    FileChannel fresh;
    try {
      fresh =
          FileChannel.open(
              file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), mode());
    } catch (IOException e) {
      throw new IOException("admin.auditFile: " + file + " cannot be opened (" + e + ")", e);
    }
    close();
    channel = fresh;
  }

  private static FileAttribute<?>[] mode() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"))
        }
        : new FileAttribute<?>[0];
  }

  @Override
  public synchronized void close() {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        log.warn("admin.auditFile: {} could not be closed.", file, e);
      }
    }
  }
}
