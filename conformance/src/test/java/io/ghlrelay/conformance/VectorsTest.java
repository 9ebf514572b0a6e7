package io.ghlrelay.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The vectors are whole, unique and sourced. */
class VectorsTest {
  private static JsonNode read(String name) throws IOException {
    try (InputStream in = Vectors.open(name)) {
      return new ObjectMapper().readTree(in);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {Vectors.SCHEDULE, Vectors.ENVELOPES, Vectors.SIGNATURES})
  void everyCaseHasAUniqueNameAndASource(String file) throws IOException {
    Set<String> names = new HashSet<>();
    for (JsonNode one : read(file).path("cases")) {
      assertThat(names.add(one.path("name").asText())).as(one.path("name").asText()).isTrue();
      assertThat(one.path("source").asText()).as(one.path("name").asText()).isNotEmpty();
      assertThat(one.has("expect")).isTrue();
    }
    assertThat(names).hasSizeGreaterThan(40);
  }

  @Test
  void theGuidesExampleStandsInTheSchedule() throws IOException {
    JsonNode first = read(Vectors.SCHEDULE).path("cases").get(0);

    assertThat(first.path("jitterMs").get(0).asInt()).isEqualTo(3000);
    assertThat(
            StreamSupport.stream(first.path("expect").spliterator(), false)
                .limit(4)
                .map(step -> step.path("dueMs").asInt()))
        .containsExactly(3000, 13_000, 23_000, 43_000);
    assertThat(first.path("expect")).hasSize(11);
    assertThat(first.path("expect").get(9).path("dueMs").asInt()).isEqualTo(2_563_000);
  }

  @Test
  void everyStatusAndErrorIsClassifiedForEachPolicy() throws IOException {
    JsonNode policies = read(Vectors.OUTCOMES).path("policies");

    assertThat(policies).hasSize(3);
    for (JsonNode policy : policies) {
      assertThat(
              IntStream.range(100, 600)
                  .allMatch(status -> policy.path("statuses").has(String.valueOf(status))))
          .isTrue();
      assertThat(policy.path("statuses")).hasSize(500);
      assertThat(policy.path("errors")).hasSize(6);
    }
  }

  @Test
  void everyEventTypeStandsFlatAndWrapped() throws IOException {
    Set<String> flat = new HashSet<>();
    Set<String> wrapped = new HashSet<>();
    for (JsonNode one : read(Vectors.ENVELOPES).path("cases")) {
      String name = one.path("name").asText();
      if (name.endsWith(", flat")) {
        flat.add(name.substring(0, name.indexOf(',')));
      } else if (name.endsWith(", wrapped in data")) {
        wrapped.add(name.substring(0, name.indexOf(',')));
      }
    }
    assertThat(flat).hasSize(73).isEqualTo(wrapped);
  }

  @Test
  void anUnknownFileIsRefused() {
    assertThatThrownBy(() -> Vectors.open("none.json"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none.json");
  }
}
