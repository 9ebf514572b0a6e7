package io.ghlrelay.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ghlrelay.conformance.Vectors;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.platform.EnvelopeReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Reads of every body what the vectors say. */
class EnvelopeVectorsTest {
  private final EnvelopeReader reader = new EnvelopeReader();

  @TestFactory
  Stream<DynamicTest> readsAsTheVectorsSay() throws IOException {
    return VectorCases.tests(Vectors.ENVELOPES, this::check);
  }

  private void check(JsonNode one) throws IOException {
    byte[] body =
        one.has("bodyBase64")
            ? one.path("bodyBase64").binaryValue()
            : one.path("body").asText().getBytes(StandardCharsets.UTF_8);
    JsonNode expect = one.path("expect");

    assertThat(reader.read(body))
        .isEqualTo(
            new Envelope(
                expect.path("webhookId").textValue(),
                expect.path("type").textValue(),
                expect.path("locationId").textValue(),
                expect.path("companyId").textValue(),
                expect.path("appId").textValue(),
                expect.path("timestamp").textValue()));
  }
}
