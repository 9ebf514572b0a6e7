package io.ghlrelay.conformance.campaign;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The platform: some connections that send events at a rate, each again until it is acknowledged,
 * and a few of the acknowledged ones once more. Threads {@code campaign-sender}. Thread-safe.
 */
final class Senders implements AutoCloseable {
  /** How soon the platform of a campaign sends again; the real one waits seconds. */
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

  /** Of so many acknowledged events one is followed by an older one that is sent again. */
  private static final int RESENT_ONE_IN = 40;

  private final EventSource events;
  private final Ledger ledger;
  private final Violations violations;
  private final int port;
  private final double rate;
  private final long seed;
  private final List<Thread> threads = new ArrayList<>();
  private int next;
  private int limit;
  private long nextDue;
  private long resent;
  private volatile boolean resendAll;
  private volatile boolean closed;

  Senders(
      EventSource events,
      Ledger ledger,
      Violations violations,
      int port,
      int connections,
      double rate,
      long seed) {
    this.events = events;
    this.ledger = ledger;
    this.violations = violations;
    this.port = port;
    this.rate = rate;
    this.seed = seed;
    this.nextDue = System.nanoTime();
    for (int i = 0; i < connections; i++) {
      Thread thread = new Thread(this::run, "campaign-sender");
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  /** Sends the events below this one too. */
  synchronized void upTo(int event) {
    limit = event;
    notifyAll();
  }

  /** Whether every event is followed by an older one sent again. */
  void resendAll(boolean all) {
    resendAll = all;
  }

  /** Acknowledged events that were sent again, on purpose. */
  synchronized long resent() {
    return resent;
  }

  private void run() {
    try (PlatformConnection connection = new PlatformConnection(port)) {
      while (true) {
        int event = claim();
        sendUntilAcknowledged(connection, event);
        if (resendAll || Mix.below(RESENT_ONE_IN, seed, event) == 0) {
          resend(connection, Mix.below(event + 1, seed + 1, event));
        }
      }
    } catch (InterruptedException e) {
      // close() ends the thread so
    } catch (IOException e) {
      throw new IllegalStateException("a socket cannot even be closed", e);
    }
  }

  private int claim() throws InterruptedException {
    long due;
    int event;
    synchronized (this) {
      while (next >= limit && !closed) {
        wait();
      }
      event = next++;
      due = Math.max(nextDue, System.nanoTime());
      nextDue = due + (long) (1e9 / rate);
    }
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
      stopIfClosed();
    }
    stopIfClosed();
    return event;
  }

  private void stopIfClosed() throws InterruptedException {
    if (closed) {
      throw new InterruptedException();
    }
  }

  private void sendUntilAcknowledged(PlatformConnection connection, int event)
      throws InterruptedException {
    byte[] body = events.body(event);
    String signature = events.signature(body);
    while (true) {
      ledger.sending(event, System.nanoTime());
      try {
        PlatformConnection.Answer answer = connection.post(body, signature);
        if (answer.status() == 200) {
          ledger.acknowledged(event, answer.id(), answer.duplicate());
          return;
        }
        if (answer.status() != 429) {
          violations.found(
              ViolationKind.REFUSED,
              "genuine event " + events.webhookId(event) + " was answered " + answer.status());
        }
      } catch (IOException e) {
        // The relay is down, or its answer is lost: the platform sends again.
      }
      TimeUnit.NANOSECONDS.sleep(AGAIN_NANOS);
      stopIfClosed();
    }
  }

  /** An acknowledged event once more; if nobody answers, the platform of a campaign lets it be. */
  private void resend(PlatformConnection connection, int event) {
    if (!ledger.isAcknowledged(event)) {
      return;
    }
    byte[] body = events.body(event);
    try {
      PlatformConnection.Answer answer = connection.post(body, events.signature(body));
      synchronized (this) {
        resent++;
      }
      if (answer.status() == 200) {
        ledger.acknowledged(event, answer.id(), answer.duplicate());
      }
    } catch (IOException e) {
      // The relay is down; the next event finds it again.
    }
  }

  @Override
  public void close() {
    closed = true;
    synchronized (this) {
      notifyAll();
    }
    threads.forEach(Thread::interrupt);
  }
}
