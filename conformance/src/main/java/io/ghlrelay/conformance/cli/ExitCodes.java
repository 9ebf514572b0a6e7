package io.ghlrelay.conformance.cli;

/** Exit codes, after sysexits.h: the same as the relay's. */
public final class ExitCodes {
  /** Everything went well. */
  public static final int OK = 0;

  /** An assertion failed, or there are findings. */
  public static final int FAILED = 1;

  /** The command line cannot be understood. */
  public static final int USAGE = 2;

  /** A file given is no such thing. */
  public static final int BAD_INPUT = 65;

  /** A file given is not there. */
  public static final int NO_INPUT = 66;

  /** Nobody answers there. */
  public static final int UNAVAILABLE = 69;

  /** A fault of this program. */
  public static final int INTERNAL = 70;

  /** A file cannot be written, a port not be taken. */
  public static final int IO = 74;

  private ExitCodes() {}
}
