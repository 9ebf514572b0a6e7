package io.ghlrelay.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.retry.DeadReason;
import io.ghlrelay.retry.Outcome;
import io.ghlrelay.retry.RetryProgress;
import io.ghlrelay.retry.TransportError;
import io.ghlrelay.store.Attempt;
import io.ghlrelay.store.Delivery;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.DuePosition;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.Header;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Records that are damaged, and records of any values. */
class RecordsFuzzTest {
  private static final EventId ID = new EventId(1, 2);
  private static final List<Consumer<byte[]>> READERS =
      List.of(
          bytes -> Records.event(ID, bytes),
          bytes -> Records.delivery(ID, "target", bytes),
          bytes -> Records.deliveryOf(ID, "target", bytes),
          bytes -> Records.attempt(1, 1, bytes),
          bytes -> Records.attemptOf(1, 1, bytes));

  /** Whatever is read of a record, or that it is damaged, is said; nothing else happens. */
  @FuzzTest
  void damaged(byte[] record) {
    for (Consumer<byte[]> reader : READERS) {
      try {
        reader.accept(record);
      } catch (CorruptRecordException damaged) {
        assertThat(damaged.getMessage()).isNotBlank();
      }
    }
  }

  @FuzzTest
  void anyEvent(FuzzedDataProvider data) {
    Envelope envelope =
        new Envelope(some(data), some(data), some(data), some(data), some(data), some(data));
    List<Header> headers = new ArrayList<>();
    for (int i = data.consumeInt(0, 5); i > 0; i--) {
      headers.add(new Header(text(data), text(data)));
    }
    List<Records.Routed> routed = new ArrayList<>();
    for (int i = data.consumeInt(0, 5); i > 0; i--) {
      routed.add(new Records.Routed(data.consumeInt(0, Integer.MAX_VALUE), text(data)));
    }
    Event event =
        new Event(
            ID,
            instant(data),
            envelope,
            data.pickValue(SignatureScheme.values()),
            headers,
            data.consumeInt(0, Integer.MAX_VALUE),
            data.consumeBoolean());

    assertThat(Records.event(ID, Records.event(event, routed)))
        .isEqualTo(new Records.Admitted(event, routed));
  }

  @FuzzTest
  void anyStep(FuzzedDataProvider data) {
    DeliveryState state = data.pickValue(DeliveryState.values());
    Delivery delivery =
        new Delivery(
            ID,
            "target",
            text(data),
            state,
            data.consumeInt(0, Integer.MAX_VALUE),
            new RetryProgress(
                data.consumeInt(0, Integer.MAX_VALUE),
                data.consumeBoolean() ? null : instant(data),
                data.consumeBoolean() ? null : duration(data),
                duration(data)),
            state == DeliveryState.PENDING ? instant(data) : null,
            state == DeliveryState.DEAD ? data.pickValue(DeadReason.values()) : null,
            instant(data));
    Outcome outcome =
        data.consumeBoolean()
            ? Outcome.failed(data.pickValue(TransportError.values()))
            : new Outcome.Answered(
                data.consumeInt(200, 599), data.consumeBoolean() ? null : duration(data));
    Attempt attempt =
        new Attempt(
            3,
            4,
            instant(data),
            instant(data),
            duration(data),
            outcome,
            data.consumeBytes(Attempt.RESPONSE_START_BYTES),
            some(data));

    byte[] step = Records.step(delivery, attempt);
    assertThat(Records.deliveryOf(ID, "target", step)).isEqualTo(delivery);
    assertThat(Objects.requireNonNull(Records.attemptOf(3, 4, step)))
        .usingRecursiveComparison()
        .isEqualTo(attempt);
    assertThat(Records.attemptOf(3, 4, Records.step(delivery, null))).isNull();
  }

  @FuzzTest
  void anyKey(FuzzedDataProvider data) {
    EventId id = new EventId(data.consumeLong(), data.consumeLong());
    int target = data.consumeInt();
    DuePosition position = new DuePosition(instant(data), id);
    byte[] due = Keys.due(target, position);

    assertThat(Keys.duePosition(due)).isEqualTo(position);
    assertThat(Keys.target(due)).isEqualTo(target);
    assertThat(Keys.startsWith(due, Keys.number(target))).isTrue();
  }

  /** Microseconds of years that a clock may show, as the store keeps them. */
  private static Instant instant(FuzzedDataProvider data) {
    return Instant.EPOCH.plus(data.consumeLong(0, 253_402_300_799_999_999L), ChronoUnit.MICROS);
  }

  private static Duration duration(FuzzedDataProvider data) {
    return Duration.of(data.consumeLong(0, Long.MAX_VALUE / 1000), ChronoUnit.MICROS);
  }

  private static String text(FuzzedDataProvider data) {
    // Half a surrogate pair cannot come in: headers are Latin-1, ids are refused.
    return data.consumeString(40).replaceAll("\\p{Cs}", "");
  }

  private static @Nullable String some(FuzzedDataProvider data) {
    return data.consumeBoolean() ? null : text(data);
  }
}
