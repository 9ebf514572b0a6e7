package io.ghlrelay.config;

/**
 * One scalar with where it came from. Immutable.
 *
 * @param text the value, references resolved
 * @param where for error messages
 * @param reference whether all of it came from the environment or a file that was referred to
 */
record Value(String text, Where where, boolean reference) {

  /**
   * A place: in the file, or a flag or variable by name.
   *
   * @param line from 1; 0 for a flag or variable
   * @param column from 1; 0 for a flag or variable
   * @param source name of the flag or variable; empty for the file
   */
  record Where(int line, int column, String source) {}
}
