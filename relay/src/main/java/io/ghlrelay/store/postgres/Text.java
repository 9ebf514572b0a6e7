package io.ghlrelay.store.postgres;

import org.jspecify.annotations.Nullable;

/** Texts as PostgreSQL can hold them. */
final class Text {
  private static final char REPLACEMENT = '\uFFFD';

  private Text() {}

  /**
   * The text with what no UTF-8 column can hold, NUL and unpaired surrogates, replaced: one event's
   * odd id must not fail the batch. The body keeps the exact bytes.
   */
  static @Nullable String clean(@Nullable String text) {
    if (text == null) {
      return null;
    }
    StringBuilder cleaned = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (c == 0 || Character.isSurrogate(c)) {
        cleaned = cleaned == null ? new StringBuilder(text) : cleaned;
        cleaned.setCharAt(i, REPLACEMENT);
      }
    }
    return cleaned == null ? text : cleaned.toString();
  }
}
