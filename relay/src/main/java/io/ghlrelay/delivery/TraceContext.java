package io.ghlrelay.delivery;

import io.ghlrelay.store.EventId;
import java.nio.charset.StandardCharsets;

/**
 * Names an event's trace and its attempts' spans by W3C Trace Context, so that a target's spans
 * join the trace of the event that caused them. Stateless.
 *
 * <p>The trace begins at ingest and is named after the event: an event id has the 128 bits of a
 * trace id and is as unique, so nothing is stored, and a retry or a replay days later joins the
 * same trace. A span is named by what identifies its attempt, so that whoever knows the attempt
 * knows the span.
 */
public final class TraceContext {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

  /** Version, trace id, span id, flags: "sampled". */
  private static final byte[] FRAME =
      "00-................................-................-01"
          .getBytes(StandardCharsets.ISO_8859_1);

  private static final int TRACE = 3;
  private static final int SPAN = 36;

  private TraceContext() {}

  /** The trace of an event: its id without hyphens. */
  public static String traceId(EventId event) {
    byte[] text = new byte[32];
    hex(event.msb(), text, 0);
    hex(event.lsb(), text, 16);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  /**
   * The span of an attempt: the same whenever it is asked for, another one for every other attempt.
   *
   * @param event the event
   * @param target the target's name
   * @param series the series of attempts, from 1
   * @param attempt the attempt's number in it, from 1
   */
  public static String spanId(EventId event, String target, int series, int attempt) {
    byte[] text = new byte[16];
    hex(span(event, target, series, attempt), text, 0);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  /**
   * The header of an attempt, sampled: who records traces at all wants those of deliveries.
   *
   * @param event the event
   * @param target the target's name
   * @param series the series of attempts, from 1
   * @param attempt the attempt's number in it, from 1
   */
  public static String traceparent(EventId event, String target, int series, int attempt) {
    byte[] text = FRAME.clone();
    hex(event.msb(), text, TRACE);
    hex(event.lsb(), text, TRACE + 16);
    hex(span(event, target, series, attempt), text, SPAN);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static long span(EventId event, String target, int series, int attempt) {
    long name = 0xCBF2_9CE4_8422_2325L; // FNV-1a
    for (int i = 0; i < target.length(); i++) {
      name = (name ^ target.charAt(i)) * 0x0000_0100_0000_01B3L;
    }
    long span = mix(event.msb());
    span = mix(span ^ event.lsb());
    span = mix(span ^ name);
    span = mix(span ^ ((long) series << 32 | attempt));
    return span != 0 ? span : 1; // zero is not a span
  }

  /** Stafford's variant 13 of MurmurHash3's finisher: every bit depends on every bit. */
  private static long mix(long bits) {
    long z = bits + 0x9E37_79B9_7F4A_7C15L; // 0 would stay 0
    z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return z ^ (z >>> 31);
  }

  private static void hex(long bits, byte[] to, int offset) {
    for (int i = 0; i < 16; i++) {
      to[offset + i] = HEX[(int) (bits >>> (60 - 4 * i)) & 0xF];
    }
  }
}
