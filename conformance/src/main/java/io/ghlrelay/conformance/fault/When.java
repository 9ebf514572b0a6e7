package io.ghlrelay.conformance.fault;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** To which requests a rule applies. Printed in the grammar of {@link FaultScript}. */
public sealed interface When {
  /** Whether it does. */
  boolean applies(int attempt, long request, Duration sinceStart);

  /** To every one. */
  record Always() implements When {
    @Override
    public boolean applies(int attempt, long request, Duration sinceStart) {
      return true;
    }

    @Override
    public String toString() {
      return "*";
    }
  }

  /**
   * To some attempts of each event, or to some of all requests, both counted from 1.
   *
   * @param of {@code attempt} or {@code request}
   * @param first the first of them
   * @param last the last of them; {@code Long.MAX_VALUE} = all that follow
   */
  record Count(String of, long first, long last) implements When {
    @Override
    public boolean applies(int attempt, long request, Duration sinceStart) {
      long number = of.equals("attempt") ? attempt : request;
      return number >= first && number <= last;
    }

    @Override
    public String toString() {
      String end = last == Long.MAX_VALUE ? "-" : last == first ? "" : "-" + last;
      return of + " " + first + end;
    }
  }

  /**
   * To those in some time from the script's start.
   *
   * @param from included
   * @param to excluded; null = for ever
   */
  record Window(Duration from, @Nullable Duration to) implements When {
    @Override
    public boolean applies(int attempt, long request, Duration sinceStart) {
      return sinceStart.compareTo(from) >= 0 && (to == null || sinceStart.compareTo(to) < 0);
    }

    @Override
    public String toString() {
      return "from " + Units.text(from) + (to == null ? "" : " to " + Units.text(to));
    }
  }
}
