package io.ghlrelay.config;

/**
 * One thing wrong, or doubtful, in a configuration. Immutable.
 *
 * @param file the file as named by the user
 * @param line from 1; 0 if it belongs to no line
 * @param column from 1; 0 if it belongs to no line
 * @param message what was wrong and what to do; never holds a secret
 */
public record ConfigProblem(String file, int line, int column, String message) {

  @Override
  public String toString() {
    return line == 0 ? file + ": " + message : file + ":" + line + ":" + column + ": " + message;
  }
}
