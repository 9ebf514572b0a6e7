package io.ghlrelay.routing;

/**
 * A pattern in which {@code *} stands for any run of characters, the empty one included. Matching
 * takes time in proportion to the lengths, whatever the pattern. Immutable.
 *
 * @param pattern the pattern as written
 */
public record Wildcard(String pattern) {

  /** Whether the whole text fits. */
  public boolean matches(String text) {
    int p = 0;
    int t = 0;
    int star = -1;
    int resume = 0;
    while (t < text.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        resume = t;
      } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
        p++;
        t++;
      } else if (star >= 0) {
        p = star + 1;
        t = ++resume;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
