package io.ghlrelay.conformance.cli;

import java.io.IOException;
import java.util.List;

/** A verb. */
interface Command {
  String name();

  /** Lines of the help: examples, each a whole command without the jar. */
  List<String> examples();

  /** What it does, one line. */
  String description();

  /** What stands behind the verb, besides options; empty = nothing. */
  default String operands() {
    return "";
  }

  List<Option> options();

  /**
   * Does it.
   *
   * @return the exit code
   * @throws UsageException if the arguments make no sense
   * @throws IOException if a file or port fails
   */
  int run(Arguments arguments, Terminal terminal) throws IOException;
}
