package io.ghlrelay.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.platform.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The id that an event which is not stored has by its key. */
class DuplicateKeyTest {
  private static EventId id(@Nullable String webhookId, @Nullable String app, String body) {
    Envelope envelope = new Envelope(webhookId, null, null, null, app, null);
    return DuplicateKey.of(envelope, body.getBytes(StandardCharsets.UTF_8)).eventId();
  }

  @Test
  void theSameEventHasTheSameIdWheneverItComes() {
    assertThat(id("w1", "app", "{}")).isEqualTo(id("w1", "app", "{}"));
    assertThat(id(null, null, "[1]")).isEqualTo(id(null, null, "[1]"));
    // And over versions of the relay; this one was worked out apart from it.
    assertThat(id("w1", "app", "{}")).hasToString("848a37ea-3c6f-8c76-9b84-ce1dcc15b9c7");
  }

  @Test
  void whatDiffersHasAnother() {
    Set<EventId> ids = new HashSet<>();
    for (String webhookId : new String[] {"w1", "w2", null}) {
      for (String app : new String[] {"app", "other", null}) {
        for (String body : new String[] {"{}", "{} ", ""}) {
          ids.add(id(webhookId, app, body));
        }
      }
    }
    assertThat(ids).hasSize(27);
  }

  @Test
  void itIsAUuidOfVersionEight() {
    for (int i = 0; i < 100; i++) {
      UUID uuid = UUID.fromString(id("w" + i, "app", "{}").toString());
      assertThat(uuid.version()).isEqualTo(8);
      assertThat(uuid.variant()).isEqualTo(2);
    }
  }
}
