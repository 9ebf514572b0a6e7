package io.ghlrelay.conformance.sink;

import io.ghlrelay.conformance.fault.FaultScript;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.Function;

/** How a sink is set up. Not thread-safe. */
public final class SinkConfig {
  String host = "127.0.0.1";
  int port;
  FaultScript script = FaultScript.NONE;
  Function<SinkRequest, SinkAnswer> handler = request -> SinkAnswer.of(200);
  Consumer<SinkRequest> listener = request -> {};
  long seed = 1;
  int keep = 10_000;
  int connections = 1_024;

  /** The defaults: loopback, a free port, 200 to everything. */
  public SinkConfig() {}

  /** Where it listens. */
  public SinkConfig host(String value) {
    host = value;
    return this;
  }

  /** Where it listens; 0 = a free port. */
  public SinkConfig port(int value) {
    port = value;
    return this;
  }

  /** What goes wrong. */
  public SinkConfig script(FaultScript value) {
    script = value;
    return this;
  }

  /** Makes the normal answer; called by many threads. */
  public SinkConfig handler(Function<SinkRequest, SinkAnswer> value) {
    handler = value;
    return this;
  }

  /** Told of every request when it has been read; called by many threads. */
  public SinkConfig listener(Consumer<SinkRequest> value) {
    listener = value;
    return this;
  }

  /** Decides what happens by chance. */
  public SinkConfig seed(long value) {
    seed = value;
    return this;
  }

  /** Requests kept to be looked at, the newest; 0 or more. */
  public SinkConfig keep(int value) {
    keep = value;
    return this;
  }

  /** Connections at a time; more are closed at once. */
  public SinkConfig connections(int value) {
    connections = value;
    return this;
  }

  /**
   * A sink that listens.
   *
   * @throws IOException if it cannot
   */
  public SinkServer start() throws IOException {
    return new SinkServer(this);
  }
}
