package io.ghlrelay.delivery;

import io.ghlrelay.config.Secret;
import io.ghlrelay.config.TargetConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes a target's credentials out of the start of its answer, which is kept and shown: some
 * targets repeat what they were sent, their error pages the URL. Finds them as they were sent, not
 * what a target made of them.
 */
final class Redaction {
  /** Shorter values are no secrets, and would be found where they mean something else. */
  private static final int MIN_LENGTH = 12;

  /** What of a credential may be left where the answer was cut within it. */
  private static final int MAX_LEFT = 4;

  private static final String HIDDEN = "***";

  private Redaction() {}

  /**
   * The answer without the credentials.
   *
   * @param start the start of an answer; not changed
   * @param target who answered: values of its headers, and of its URL's query, are hidden
   * @param authorization what the request carried as such, or null; hidden too
   */
  static byte[] of(byte[] start, TargetConfig target, @Nullable Secret authorization) {
    String query = target.url().getRawQuery();
    List<Secret> headers = new ArrayList<>(target.headers().values());
    if (authorization != null) {
      headers.add(authorization);
    }
    if (start.length == 0 || (headers.isEmpty() && query == null)) {
      return start;
    }
    List<String> words = new ArrayList<>();
    for (Secret header : headers) {
      // The scheme of an Authorization header may be left out by who repeats it.
      words.addAll(Arrays.asList(header.reveal().split("\\s+")));
    }
    if (query != null) {
      words.addAll(Arrays.asList(query.split("[&=]")));
    }
    String before = new String(start, StandardCharsets.ISO_8859_1);
    String after = before;
    for (String word : words) {
      if (word.length() >= MIN_LENGTH) {
        after = withoutTail(after.replace(word, HIDDEN), word);
      }
    }
    return after.equals(before) ? start : after.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** An answer is kept to a limit, which may lie within the word. */
  private static String withoutTail(String text, String word) {
    for (int length = word.length() - 1; length > MAX_LEFT; length--) {
      if (text.endsWith(word.substring(0, length))) {
        return text.substring(0, text.length() - length) + HIDDEN;
      }
    }
    return text;
  }
}
