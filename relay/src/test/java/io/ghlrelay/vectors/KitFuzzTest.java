package io.ghlrelay.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.json.Json;
import io.ghlrelay.conformance.json.JsonException;
import java.nio.charset.StandardCharsets;

/** The parsers of the conformance kit, which has no dependencies and so no fuzzer of its own. */
class KitFuzzTest {
  private static final JsonMapper JACKSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** What it takes Jackson takes too, and it writes what it has read. */
  @FuzzTest
  @DictionaryFile(resourcePath = "json.dict")
  void json(byte[] input) throws Exception {
    String text = new String(input, StandardCharsets.UTF_8);
    Object value;
    try {
      value = Json.parse(text);
    } catch (JsonException refused) {
      assertThat(refused.getMessage()).isNotBlank();
      return;
    }
    String written = Json.write(value);
    assertThat(Json.write(Json.parse(written))).isEqualTo(written);
    assertThat(Json.write(Json.parse(Json.pretty(value)))).isEqualTo(written);
    if (!written.contains("\\ud")) { // Jackson refuses half a surrogate pair in a name
      assertThat(jackson(written)).isNotNull();
    }
  }

  private static JsonNode jackson(String text) {
    try {
      return JACKSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("Jackson refuses " + text, e);
    }
  }

  @FuzzTest
  @DictionaryFile(resourcePath = "faults.dict")
  void faultScripts(byte[] input) {
    FaultScript script;
    try {
      script = FaultScript.parse(new String(input, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException refused) {
      assertThat(refused.getMessage()).isNotBlank();
      return;
    }
    assertThat(FaultScript.parse(script.toString())).as(script.toString()).isEqualTo(script);
  }
}
