package io.ghlrelay.conformance.schedule;

import java.time.Duration;

/**
 * When the platform pauses a URL: enough webhooks in a window and too few taken means a warning,
 * and a pause some time later. Immutable.
 *
 * @param window what is looked at
 * @param webhooks more attempts than this in the window
 * @param successRate and a smaller share delivered than this, 0..1
 * @param grace time from the warning to the pause
 */
public record Breaker(Duration window, int webhooks, double successRate, Duration grace) {
  /** 10,000 in 3 days, 90 %, paused 3 days later [platform staff, since 2026-04-30: H]. */
  public static final Breaker PLATFORM =
      new Breaker(Duration.ofDays(3), 10_000, 0.9, Duration.ofDays(3));
}
