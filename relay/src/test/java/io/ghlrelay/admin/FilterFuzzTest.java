package io.ghlrelay.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventQuery;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;

/** Any text as a filter. */
class FilterFuzzTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-24T10:00:00Z"), ZoneOffset.UTC);

  @FuzzTest
  @DictionaryFile(resourcePath = "filter.dict")
  void filters(byte[] input) {
    Map<String, String> words;
    EventQuery query;
    try {
      words = FilterText.words(new String(input, StandardCharsets.UTF_8));
      query = FilterText.query(words, CLOCK, null, 50);
    } catch (ApiException refused) {
      assertThat(refused.getMessage()).isNotBlank();
      return;
    }
    assertThat(FilterText.words(FilterText.text(words))).as("printed and read").isEqualTo(words);
    if (query.from() != null) {
      assertThat(EventId.lowest(query.from())).isNotNull(); // what a store does with it
    }
    if (query.to() != null) {
      assertThat(EventId.lowest(query.to().plusSeconds(1))).isNotNull();
    }
  }
}
