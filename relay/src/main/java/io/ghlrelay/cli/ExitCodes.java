package io.ghlrelay.cli;

/** Exit codes, after sysexits.h. */
public final class ExitCodes {
  public static final int OK = 0;

  /** What was asked is not so: a signature does not fit, a delivery is dead. */
  public static final int CHECK_FAILED = 1;

  /** Wrong use of the command line. */
  public static final int USAGE = 2;

  /** The input cannot be used. */
  public static final int BAD_INPUT = 65;

  /** A file is missing. */
  public static final int NO_INPUT = 66;

  /** The relay cannot be reached, or is not ready. */
  public static final int UNAVAILABLE = 69;

  /** An error of the relay itself. */
  public static final int INTERNAL = 70;

  /** A disk or network failed. */
  public static final int IO = 74;

  /** The token is missing or wrong. */
  public static final int NOT_ALLOWED = 77;

  /** The configuration is not valid. */
  public static final int CONFIG = 78;

  private ExitCodes() {}
}
