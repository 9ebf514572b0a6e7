package io.ghlrelay.conformance.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.ghlrelay.conformance.Vectors;
import io.ghlrelay.conformance.payload.EventType.LocationAt;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadGeneratorTest {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  static Stream<EventType> types() {
    return EventCatalogue.all().stream();
  }

  private static PayloadRequest request(EventType type) {
    return PayloadRequest.of(type.name());
  }

  private static String utf8(byte[] body) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
  }

  @ParameterizedTest
  @MethodSource("types")
  void aBodySaysWhatThePayloadSays(EventType type) throws IOException {
    for (long seed = 1; seed <= 20; seed++) {
      for (boolean wrapped : new boolean[] {false, true}) {
        for (BodyStyle style : new BodyStyle[] {BodyStyle.PLAIN, BodyStyle.HARD}) {
          Payload made =
              new PayloadGenerator(seed).next(request(type).withWrapped(wrapped).withStyle(style));
          JsonNode body = JSON.readTree(utf8(made.body()));
          JsonNode entity = wrapped ? body.path("data") : body;

          assertThat(body.path("type").asText()).isEqualTo(type.wireType());
          assertThat(body.path("webhookId").asText()).isEqualTo(made.webhookId());
          assertThat(body.path("appId").asText()).isEqualTo(made.appId());
          assertThat(body.path("timestamp").asText()).endsWith(".000Z");
          assertThat(entity.path("companyId").asText(null)).isEqualTo(made.companyId());
          assertThat(location(type, entity)).isEqualTo(made.locationId());
          JsonNode inner = type.nest() == null ? entity : entity.path(type.nest());
          assertThat(inner.size()).isGreaterThan(4);
        }
      }
    }
  }

  private static String location(EventType type, JsonNode entity) {
    if (type.locationAt() == LocationAt.ID) {
      return entity.path("id").asText();
    }
    String byAlt =
        entity.path("altType").asText().equals("location") ? entity.path("altId").asText() : null;
    String location = entity.path("locationId").asText(byAlt);
    if (type.locationAt() == LocationAt.LOCATION_ID_AND_ALT_ID) {
      assertThat(location).isEqualTo(byAlt);
    }
    return location;
  }

  @ParameterizedTest
  @MethodSource("types")
  void onlyAPlainBodySurvivesBeingWrittenAnew(EventType type) throws IOException {
    for (boolean wrapped : new boolean[] {false, true}) {
      PayloadRequest request = request(type).withWrapped(wrapped);
      byte[] plain = new PayloadGenerator(5).next(request).body();
      byte[] hard = new PayloadGenerator(5).next(request.withStyle(BodyStyle.HARD)).body();

      assertThat(JSON.writeValueAsString(JSON.readTree(plain))).isEqualTo(utf8(plain));
      assertThat(JSON.writeValueAsString(JSON.readTree(hard))).isNotEqualTo(utf8(hard));
      assertThat(JSON.writeValueAsString(JSON.readTree(hard)).replaceAll("\\s", ""))
          .as("not by white space alone")
          .isNotEqualTo(utf8(hard).replaceAll("\\s", ""));
    }
  }

  @Test
  void anEventOfACompanyHasBothForms() {
    Set<String> forms = new TreeSet<>();
    PayloadGenerator generator = new PayloadGenerator(1);
    for (int i = 0; i < 40; i++) {
      Payload made = generator.next(PayloadRequest.of("UNINSTALL"));
      forms.add((made.locationId() == null) + " " + (made.companyId() == null));
    }
    assertThat(forms)
        .as("company alone, or location alone")
        .containsExactly("false true", "true false");
  }

  @Test
  void theSeedDecidesEveryByte() {
    for (EventType type : EventCatalogue.all()) {
      PayloadRequest request = request(type).withStyle(BodyStyle.MIXED);
      assertThat(new PayloadGenerator(3).next(request).body())
          .isEqualTo(new PayloadGenerator(3).next(request).body())
          .isNotEqualTo(new PayloadGenerator(4).next(request).body());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 2_048, 65_536, 1_048_576})
  void aBodyIsAsLongAsAsked(int size) throws IOException {
    for (String type : new String[] {"ContactCreate", "InvoicePaid", "InboundMessage"}) {
      for (BodyStyle style : new BodyStyle[] {BodyStyle.PLAIN, BodyStyle.HARD}) {
        byte[] body =
            new PayloadGenerator(1)
                .next(PayloadRequest.of(type).withStyle(style).withSize(size))
                .body();
        // The hard style's envelope alone may take more than the least size.
        assertThat(body.length).isBetween(size, size == 300 ? 500 : size);
        assertThat(JSON.readTree(utf8(body)).path("webhookId").asText()).hasSize(36);
      }
    }
  }

  @Test
  void theCatalogueIsThatOfTheVectors() throws IOException {
    Set<String> known = new TreeSet<>();
    try (InputStream in = Vectors.open(Vectors.ENVELOPES)) {
      for (JsonNode one : JSON.readTree(in).path("cases")) {
        String name = one.path("name").asText();
        if (name.endsWith(", flat")) {
          known.add(name.substring(0, name.indexOf(',')));
        }
      }
    }
    assertThat(EventCatalogue.all()).hasSize(73);
    assertThat(EventCatalogue.all().stream().map(EventType::name))
        .containsExactlyInAnyOrderElementsOf(known);
  }

  @Test
  void anUnknownTypeIsNamedWithTheNearest() {
    assertThatThrownBy(() -> PayloadRequest.of("contactcreated"))
        .hasMessage("event type: contactcreated (did you mean ContactCreate?)");
    assertThatThrownBy(() -> PayloadRequest.of("ContactCreate").withSize(299))
        .hasMessageContaining("size: 299 (expected: 300");
  }
}
