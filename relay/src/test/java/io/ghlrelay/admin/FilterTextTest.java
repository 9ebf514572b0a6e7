package io.ghlrelay.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ghlrelay.ManualClock;
import io.ghlrelay.store.DeliveryState;
import io.ghlrelay.store.EventQuery;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterTextTest {
  private final ManualClock clock = new ManualClock();

  private EventQuery parse(String text) {
    return FilterText.query(FilterText.words(text), clock, null, 10);
  }

  @Test
  void everyWordNarrows() {
    EventQuery query =
        parse(
            "type:Contact* location:L1  company:C1 app:A1 webhook:W1 target:crm state:dead"
                + " since:1h until:2026-11-24T09:30:00Z some-id");
    assertThat(query.type()).isEqualTo("Contact*");
    assertThat(query.locationId()).isEqualTo("L1");
    assertThat(query.companyId()).isEqualTo("C1");
    assertThat(query.appId()).isEqualTo("A1");
    assertThat(query.webhookId()).isEqualTo("W1");
    assertThat(query.target()).isEqualTo("crm");
    assertThat(query.state()).isEqualTo(DeliveryState.DEAD);
    assertThat(query.unrouted()).isFalse();
    assertThat(query.from()).isEqualTo(clock.instant().minus(Duration.ofHours(1)));
    assertThat(query.to()).isEqualTo("2026-11-24T09:30:00Z");
    assertThat(query.anyId()).isEqualTo("some-id");
    assertThat(query.limit()).isEqualTo(10);
  }

  @Test
  void nothingAsksForEverything() {
    assertThat(parse("  ")).isEqualTo(EventQuery.newest(10));
  }

  @Test
  void quotesKeepBlanksAndColonsTogether() {
    assertThat(parse("type:\"Contact Create\" \"a b\"").type()).isEqualTo("Contact Create");
    assertThat(parse("type:\"Contact Create\" \"a b\"").anyId()).isEqualTo("a b");
    assertThat(parse("webhook:a:b").webhookId()).isEqualTo("a:b");
  }

  @Test
  void unroutedIsAStateOfItsOwn() {
    assertThat(parse("state:unrouted").unrouted()).isTrue();
    assertThat(parse("state:unrouted").state()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tpye:A|'tpye:'; did you mean 'type:'?",
        "size:3|Known: app, company, location, since, state, target, type, until, webhook",
        "type:|'type:' has no value",
        "type:A type:B|'type:' is given twice",
        "one two|second id; name what it is",
        "type:\"A|quote is not closed",
        "state:odd|expected: pending, delivered, dead, cancelled or unrouted",
        "since:yesterday|expected: 30m, 2h, 7d or 2026-11-24T10:00:00Z",
        "since:999999999999d|expected: 30m",
      })
  void aBadWordIsNamed(String text, String words) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining(words)
        .satisfies(e -> assertThat(((ApiException) e).status()).isEqualTo(400));
  }

  @Test
  void isBounded() {
    assertThatThrownBy(() -> parse("x".repeat(FilterText.MAX_LENGTH + 1)))
        .hasMessageContaining("longer than 1024");
  }

  @Test
  void isWrittenAsItIsRead() {
    assertThat(FilterText.text(FilterText.words("target:crm type:\"A b\" id1")))
        .isEqualTo("id1 target:crm type:\"A b\"");
  }
}
