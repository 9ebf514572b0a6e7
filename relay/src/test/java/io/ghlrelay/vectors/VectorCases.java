package io.ghlrelay.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.conformance.Vectors;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.ThrowingConsumer;

/** Reads the golden vectors and makes a test of each case. */
final class VectorCases {
  private VectorCases() {}

  static JsonNode read(String file) throws IOException {
    try (InputStream in = Vectors.open(file)) {
      return new ObjectMapper().readTree(in);
    }
  }

  static Stream<DynamicTest> tests(String file, ThrowingConsumer<JsonNode> check)
      throws IOException {
    return StreamSupport.stream(read(file).path("cases").spliterator(), false)
        .map(one -> DynamicTest.dynamicTest(one.path("name").asText(), () -> check.accept(one)));
  }
}
