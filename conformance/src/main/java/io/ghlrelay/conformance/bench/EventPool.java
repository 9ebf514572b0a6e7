package io.ghlrelay.conformance.bench;

import io.ghlrelay.conformance.payload.PayloadGenerator;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SigningKeys;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Distinct events, signed beforehand: signing costs more than a relay's whole work. Immutable.
 *
 * <p>The webhook id of event i ends in i as twelve hexadecimal digits, so that a sink knows it.
 */
final class EventPool {
  private static final String ID_PREFIX = "00000000-0000-4000-8000-";
  private static final int MAGIC = 0x47484C31;

  private final Scheme scheme;
  private final List<Signed> events;

  /**
   * One event.
   *
   * @param signature base64, for the scheme's header
   * @param body the exact bytes
   */
  record Signed(String signature, byte[] body) {}

  private EventPool(Scheme scheme, List<Signed> events) {
    this.scheme = scheme;
    this.events = List.copyOf(events);
  }

  Scheme scheme() {
    return scheme;
  }

  int size() {
    return events.size();
  }

  Signed get(int index) {
    return events.get(index);
  }

  /** The beginning of it, for a shorter run. */
  EventPool first(int count) {
    return new EventPool(scheme, events.subList(0, count));
  }

  static String webhookId(int index) {
    return ID_PREFIX + "%012x".formatted(index);
  }

  /** The index in a webhook id of a pool's; -1 if it is none. */
  static int index(String webhookId) {
    if (!webhookId.startsWith(ID_PREFIX) || webhookId.length() != 36) {
      return -1;
    }
    try {
      return Integer.parseInt(webhookId.substring(ID_PREFIX.length()), 16);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /**
   * Makes events, with all processors.
   *
   * @param locations how many locations they belong to, at random; 0 = each to its own
   */
  static EventPool make(
      Scheme scheme, int count, int bodySize, int locations, SigningKeys keys, long seed) {
    PayloadGenerator payloads = new PayloadGenerator(seed);
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> bodies = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      bodies.add(
          payloads
              .next(
                  PayloadRequest.of("ContactUpdate")
                      .withWebhookId(webhookId(i))
                      .withLocationId(locations == 0 ? null : "loc" + random.nextInt(locations))
                      .withSize(bodySize))
              .body());
    }
    List<Signed> signed =
        IntStream.range(0, count)
            .parallel()
            .mapToObj(i -> new Signed(keys.sign(scheme, bodies.get(i)), bodies.get(i)))
            .toList();
    return new EventPool(scheme, signed);
  }

  /**
   * Reads a pool that {@link #write} wrote.
   *
   * @throws IOException if it is none
   */
  static EventPool read(Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
      if (in.readInt() != MAGIC) {
        throw new IOException(file + ": not a pool of events (expected: one that --pool wrote)");
      }
      Scheme scheme = Scheme.values()[in.readInt()];
      int count = in.readInt();
      List<Signed> events = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        String signature = in.readUTF();
        events.add(new Signed(signature, in.readNBytes(in.readInt())));
      }
      return new EventPool(scheme, events);
    }
  }

  /** Writes it for later runs; a reader never sees half of it. */
  void write(Path file) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(part), 1 << 20))) {
      out.writeInt(MAGIC);
      out.writeInt(scheme.ordinal());
      out.writeInt(events.size());
      for (Signed event : events) {
        out.writeUTF(event.signature());
        out.writeInt(event.body().length);
        out.write(event.body());
      }
    }
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
  }
}
