package io.ghlrelay.ingress;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of bodies may be received or admitted at once, over all connections. Half of it is
 * kept for connections whose last signature was good: strangers who send large bodies slowly could
 * else take all of it. Thread-safe.
 */
final class BodyBudget {
  private final long most;
  private final AtomicLong taken = new AtomicLong();

  /** Of so many bytes. */
  BodyBudget(long most) {
    this.most = most;
  }

  /** Takes some; false, and nothing taken, if there is no room for them. */
  boolean reserve(long bytes, boolean proven) {
    if (taken.addAndGet(bytes) <= (proven ? most : most / 2)) {
      return true;
    }
    taken.addAndGet(-bytes);
    return false;
  }

  /** Gives them back. */
  void release(long bytes) {
    taken.addAndGet(-bytes);
  }
}
