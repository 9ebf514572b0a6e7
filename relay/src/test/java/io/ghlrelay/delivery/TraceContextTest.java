package io.ghlrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.ManualClock;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventIds;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Traces of events and spans of attempts. */
class TraceContextTest {
  private static final EventId EVENT = EventId.parse("019303a4-7c1e-7a05-8f3e-0d2a6c1b9e47");

  @Test
  void theTraceIsTheEventsIdWithoutHyphens() {
    assertThat(TraceContext.traceId(EVENT)).isEqualTo("019303a47c1e7a058f3e0d2a6c1b9e47");
  }

  @Test
  void theHeaderNamesTraceAndSpanAndIsSampled() {
    assertThat(TraceContext.traceparent(EVENT, "crm", 1, 2))
        .matches("00-019303a47c1e7a058f3e0d2a6c1b9e47-[0-9a-f]{16}-01")
        .isEqualTo(
            "00-%s-%s-01", TraceContext.traceId(EVENT), TraceContext.spanId(EVENT, "crm", 1, 2));
  }

  /** Spans are looked up by what is stored of an attempt, so a release must not rename them. */
  @Test
  void aSpanKeepsItsName() {
    assertThat(TraceContext.spanId(EVENT, "crm", 1, 1)).isEqualTo("a990cf77cd9e9fd1");
  }

  @Test
  void noTwoAttemptsShareASpan() {
    EventIds ids = new EventIds(new ManualClock());
    Set<String> spans = new HashSet<>();
    int attempts = 0;
    for (int event = 0; event < 2_000; event++) {
      EventId id = ids.next(); // all of one millisecond: they differ in few bits
      for (String target : new String[] {"a", "b", "aa", "ab", "ba"}) {
        for (int series = 1; series <= 3; series++) {
          for (int attempt = 1; attempt <= 11; attempt++) {
            spans.add(TraceContext.spanId(id, target, series, attempt));
            attempts++;
          }
        }
      }
    }
    assertThat(spans).hasSize(attempts).doesNotContain("0000000000000000");
  }

  /** A flipped bit of the input should flip half of the span's, so that samplers see no pattern. */
  @Test
  void everyBitOfTheEventMovesHalfOfTheSpan() {
    long span = Long.parseUnsignedLong(TraceContext.spanId(EVENT, "crm", 1, 1), 16);
    for (int bit = 0; bit < 128; bit++) {
      EventId other =
          bit < 64
              ? new EventId(EVENT.msb() ^ (1L << bit), EVENT.lsb())
              : new EventId(EVENT.msb(), EVENT.lsb() ^ (1L << (bit - 64)));
      long moved = Long.parseUnsignedLong(TraceContext.spanId(other, "crm", 1, 1), 16);
      assertThat(Long.bitCount(span ^ moved)).as("bit " + bit).isBetween(14, 50);
    }
  }
}
