package io.ghlrelay.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.conformance.payload.BodyStyle;
import io.ghlrelay.conformance.payload.EventCatalogue;
import io.ghlrelay.conformance.payload.EventType;
import io.ghlrelay.conformance.payload.Payload;
import io.ghlrelay.conformance.payload.PayloadGenerator;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.platform.EnvelopeReader;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The relay reads of a generated body what the generator says is in it. */
class PayloadEnvelopeTest {
  static Stream<EventType> types() {
    return EventCatalogue.all().stream();
  }

  @ParameterizedTest
  @MethodSource("types")
  void readsEveryTypeInEveryForm(EventType type) {
    for (long seed = 1; seed <= 20; seed++) {
      for (boolean wrapped : new boolean[] {false, true}) {
        for (BodyStyle style : new BodyStyle[] {BodyStyle.PLAIN, BodyStyle.HARD}) {
          Payload made =
              new PayloadGenerator(seed)
                  .next(PayloadRequest.of(type.name()).withWrapped(wrapped).withStyle(style));

          Envelope envelope = new EnvelopeReader().read(made.body());

          assertThat(envelope.type()).isEqualTo(type.wireType());
          assertThat(envelope.webhookId()).isEqualTo(made.webhookId());
          assertThat(envelope.appId()).isEqualTo(made.appId());
          assertThat(envelope.locationId()).isEqualTo(made.locationId());
          assertThat(envelope.companyId()).isEqualTo(made.companyId());
        }
      }
    }
  }
}
