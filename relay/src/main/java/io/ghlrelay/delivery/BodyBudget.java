package io.ghlrelay.delivery;

/**
 * How many bytes of bodies may wait in memory for their first attempt, over all lanes. What does
 * not fit is read from the store when it is due. Confined to the dispatcher's loop.
 */
final class BodyBudget {
  private final long limit;
  private long held;

  /** A budget of {@code limit} bytes. */
  BodyBudget(long limit) {
    this.limit = limit;
  }

  /** Takes so many bytes, if they fit. */
  boolean take(int bytes) {
    if (held + bytes > limit) {
      return false;
    }
    held += bytes;
    return true;
  }

  /** Gives back what was taken. */
  void give(int bytes) {
    held -= bytes;
  }
}
