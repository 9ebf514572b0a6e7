package io.ghlrelay.conformance.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ghlrelay.conformance.payload.BodyStyle;
import io.ghlrelay.conformance.payload.EventCatalogue;
import io.ghlrelay.conformance.payload.EventType;
import io.ghlrelay.conformance.payload.PayloadGenerator;
import io.ghlrelay.conformance.payload.PayloadRequest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private static final ObjectMapper JACKSON = new ObjectMapper();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "[]",
        "{}",
        "[1,-0,1.50,1e3,-2E-2,12345678901234567890]",
        "{\"a\":{\"b\":[true,false,null]},\"é\":\"\\u00e9\\n\\\"\\\\\\/\\ud83d\\ude80\"}",
        " [ 1 , { \"a\" : \"b\" } ]\r\n\t",
      })
  void readsAndWritesWhatALibraryReads(String text) throws Exception {
    Object read = Json.parse(text);

    assertThat(JACKSON.readTree(Json.write(read))).isEqualTo(JACKSON.readTree(text));
    assertThat(JACKSON.readTree(Json.pretty(read))).isEqualTo(JACKSON.readTree(text));
  }

  @Test
  void readsEveryBodyOfTheKit() throws Exception {
    PayloadGenerator generator = new PayloadGenerator(1);
    for (EventType type : EventCatalogue.all()) {
      byte[] body = generator.next(PayloadRequest.of(type.name()).withStyle(BodyStyle.HARD)).body();
      String text = new String(body, StandardCharsets.UTF_8);
      assertThat(JACKSON.readTree(Json.write(Json.parse(text)))).isEqualTo(JACKSON.readTree(text));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":1 | line 1, column 7 (expected: ',' or '}')",
        "{\"a\":1,\"a\":2} | each name once",
        "{a:1} | a name in quotes",
        "[01] | ',' or ']'",
        "[1.] | a digit",
        "[1e999999999] | an exponent",
        "\"\\x\" | after '\\'",
        "\"\\u00zz\" | four hexadecimal digits",
        "[1] 2 | the end",
        "nul | a value",
        "- | a value",
      })
  void whatIsNotJsonIsNamedWithItsPlace(String text, String message) {
    assertThatThrownBy(() -> Json.parse(text))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining(message);
  }

  @Test
  void deepNestingIsRefused() {
    assertThatThrownBy(() -> Json.parse("[".repeat(100_000))).hasMessageContaining("nesting");
    assertThatThrownBy(() -> Json.parse("1".repeat(101))).hasMessageContaining("100 characters");
  }

  @Test
  void membersAreCheckedByName() {
    JsonObject object = JsonObject.parse("{\"n\":1.5,\"s\":\"x\",\"b\":true,\"l\":[{}]}");

    assertThat(object.string("s")).isEqualTo("x");
    assertThat(object.bool("b", false)).isTrue();
    assertThat(object.decimal("n", 0)).isEqualTo(1.5);
    assertThat(object.objects("l")).hasSize(1);
    assertThatThrownBy(() -> object.number("n")).hasMessage("n: 1.5 (expected: a whole number)");
    assertThatThrownBy(() -> object.string("b")).hasMessage("b: true (expected: a string)");
    assertThatThrownBy(() -> object.string("missing"))
        .hasMessage("missing: null (expected: a string)");
    assertThatThrownBy(() -> object.allow("n", "s", "b")).hasMessageContaining("l: unknown");
  }
}
