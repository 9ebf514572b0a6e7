package io.ghlrelay.conformance.cli;

import org.jspecify.annotations.Nullable;

/**
 * An option of a verb.
 *
 * @param name with its dashes
 * @param value what stands for its value in the help; null = it takes none
 * @param description one line
 */
record Option(String name, @Nullable String value, String description) {
  static Option flag(String name, String description) {
    return new Option(name, null, description);
  }
}
