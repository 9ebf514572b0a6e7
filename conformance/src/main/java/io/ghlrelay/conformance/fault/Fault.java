package io.ghlrelay.conformance.fault;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One thing that goes wrong, named after Toxiproxy's toxic where there is one. Printed in the
 * grammar of {@link FaultScript}.
 */
public sealed interface Fault {
  /**
   * An answer with this status.
   *
   * @param status 200..599
   * @param retryAfter its {@code Retry-After}, whole seconds; null = none
   */
  record Status(int status, @Nullable Duration retryAfter) implements Fault {
    @Override
    public String toString() {
      return "status "
          + status
          + (retryAfter == null ? "" : " retry-after " + retryAfter.toSeconds());
    }
  }

  /**
   * A redirect (302).
   *
   * @param location where to
   */
  record Redirect(String location) implements Fault {
    @Override
    public String toString() {
      return "redirect " + location;
    }
  }

  /**
   * The answer comes later.
   *
   * @param latency by so much
   * @param jitter and up to so much more
   */
  record Latency(Duration latency, Duration jitter) implements Fault {
    @Override
    public String toString() {
      return "latency "
          + Units.text(latency)
          + (jitter.isZero() ? "" : " jitter " + Units.text(jitter));
    }
  }

  /**
   * The request is taken and never answered.
   *
   * @param closeAfter the connection is closed after so long; null = never
   */
  record Timeout(@Nullable Duration closeAfter) implements Fault {
    @Override
    public String toString() {
      return "timeout" + (closeAfter == null ? "" : " " + Units.text(closeAfter));
    }
  }

  /** The connection is reset (TCP RST) in place of an answer. */
  record ResetPeer() implements Fault {
    @Override
    public String toString() {
      return "reset_peer";
    }
  }

  /**
   * The answer comes in slices.
   *
   * @param bytes of a slice
   * @param delay between two
   */
  record Slicer(int bytes, Duration delay) implements Fault {
    @Override
    public String toString() {
      return "slicer " + Units.text(bytes) + " " + Units.text(delay);
    }
  }

  /**
   * The answer comes slowly.
   *
   * @param bytesPerSecond at this rate
   */
  record Bandwidth(int bytesPerSecond) implements Fault {
    @Override
    public String toString() {
      return "bandwidth " + Units.text(bytesPerSecond);
    }
  }

  /**
   * The connection is closed in the middle of the answer.
   *
   * @param bytes after so many
   */
  record LimitData(int bytes) implements Fault {
    @Override
    public String toString() {
      return "limit_data " + Units.text(bytes);
    }
  }

  /**
   * The connection is closed late after the answer.
   *
   * @param delay so late
   */
  record SlowClose(Duration delay) implements Fault {
    @Override
    public String toString() {
      return "slow_close " + Units.text(delay);
    }
  }

  /** The answer's body never ends. */
  record EndlessBody() implements Fault {
    @Override
    public String toString() {
      return "endless_body";
    }
  }

  /** The answer is not HTTP. */
  record Garbage() implements Fault {
    @Override
    public String toString() {
      return "garbage";
    }
  }

  /** No connection is taken; a listener that is there already resets it unread. */
  record Refuse() implements Fault {
    @Override
    public String toString() {
      return "refuse";
    }
  }

  /** The request is processed, and its answer lost: the connection is reset afterwards. */
  record LoseAnswer() implements Fault {
    @Override
    public String toString() {
      return "lose_answer";
    }
  }
}
