package io.ghlrelay.conformance.simulator;

import io.ghlrelay.conformance.fault.Fault;
import io.ghlrelay.conformance.schedule.Outcome;
import io.ghlrelay.conformance.schedule.TransportError;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a script's faults mean to the sender. Those that hide the endpoint give an answer in its
 * place; those that lose its answer let it work and change the outcome. Faults of an answer's body
 * (slicer, bandwidth, limit_data, slow_close, endless_body) change nothing: the status decides.
 *
 * @param answer the outcome without asking the endpoint; null = it is asked
 * @param lost the outcome in place of its answer; null = its own
 * @param latency extra time of the simulator's
 * @param text the script's words; null = no fault
 */
record ScriptedFault(
    @Nullable Outcome answer, @Nullable Outcome lost, Duration latency, @Nullable String text) {

  static ScriptedFault of(List<Fault> faults, Duration timeout, SplittableRandom random) {
    Outcome answer = null;
    Outcome lost = null;
    Duration latency = Duration.ZERO;
    for (Fault fault : faults) {
      if (fault instanceof Fault.Status status) {
        answer = new Outcome.Answered(status.status(), status.retryAfter());
      } else if (fault instanceof Fault.Redirect) {
        answer = Outcome.answered(302);
      } else if (fault instanceof Fault.Refuse) {
        answer = Outcome.failed(TransportError.CONNECT);
      } else if (fault instanceof Fault.ResetPeer) {
        answer = Outcome.failed(TransportError.RESET);
      } else if (fault instanceof Fault.Garbage) {
        answer = Outcome.failed(TransportError.PROTOCOL);
      } else if (fault instanceof Fault.Timeout) {
        answer = Outcome.failed(TransportError.TIMEOUT);
      } else if (fault instanceof Fault.LoseAnswer) {
        lost = Outcome.failed(TransportError.RESET);
      } else if (fault instanceof Fault.Latency slow) {
        Duration jitter = slow.jitter();
        latency =
            slow.latency().plusMillis(jitter.isZero() ? 0 : random.nextLong(jitter.toMillis() + 1));
        if (latency.compareTo(timeout) >= 0) {
          latency = timeout;
          lost = Outcome.failed(TransportError.TIMEOUT);
        }
      }
    }
    String text =
        faults.isEmpty()
            ? null
            : faults.stream().map(Fault::toString).collect(Collectors.joining(", "));
    return new ScriptedFault(answer, lost, latency, text);
  }

  /** What the sender sees of the endpoint's answer. */
  HttpSender.Sent after(HttpSender.Sent sent) {
    return lost == null ? sent : new HttpSender.Sent(lost, sent.took(), "");
  }

  static boolean timedOut(Outcome outcome) {
    return outcome.equals(Outcome.failed(TransportError.TIMEOUT));
  }
}
