package io.ghlrelay.conformance.junit;

import io.ghlrelay.conformance.fault.FaultScript;
import io.ghlrelay.conformance.payload.PayloadRequest;
import io.ghlrelay.conformance.report.Seconds;
import io.ghlrelay.conformance.report.TimelineText;
import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SignatureMode;
import io.ghlrelay.conformance.simulator.Delivery;
import io.ghlrelay.conformance.simulator.Simulator;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The platform, for one test: sends signed events to your handler over real HTTP, tries again by
 * its rules, and lets hours pass in milliseconds. Confined to the test's thread, except where it
 * says otherwise.
 */
public final class Platform {
  private final Simulator simulator;
  private final String test;
  private final List<String> script = new ArrayList<>();

  Platform(Simulator simulator, String test) {
    this.simulator = simulator;
    this.test = test;
  }

  /** The public key that your handler must trust (current scheme), as PEM. Thread-safe. */
  public String publicKeyPem() {
    return publicKeyPem(Scheme.ED25519);
  }

  /** The public key of a scheme, as PEM. Making an RSA pair takes seconds, once. Thread-safe. */
  public String publicKeyPem(Scheme scheme) {
    return simulator.keys().publicPem(scheme);
  }

  /** Where your handler listens. */
  public Platform target(URI url) {
    simulator.target(url);
    return this;
  }

  /**
   * Plans an event of this type, due now; it is sent when time passes.
   *
   * @throws IllegalArgumentException if the platform has no such type; the message names the
   *     nearest
   */
  public Delivery send(String type) {
    return send(PayloadRequest.of(type));
  }

  /** Plans an event, due now. */
  public Delivery send(PayloadRequest request) {
    return simulator.send(request);
  }

  /** Plans an event that carries these signature headers. */
  public Delivery send(PayloadRequest request, SignatureMode signature) {
    return simulator.send(request, signature, Duration.ZERO);
  }

  /** What goes wrong on this attempt of each event. */
  public Faults onAttempt(int number) {
    return onAttempts(number, number);
  }

  /** What goes wrong on these attempts of each event, both included, from 1. */
  public Faults onAttempts(int first, int last) {
    return new Faults("attempt " + first + "-" + last);
  }

  /** What goes wrong from now on, for so long. */
  public Faults during(Duration time) {
    Duration since = Duration.between(simulator.scriptStart(), simulator.now());
    return new Faults("from " + since.toMillis() + "ms to " + since.plus(time).toMillis() + "ms");
  }

  /** Replaces all faults by a script in the grammar of {@link FaultScript}; empty = none. */
  public Platform script(String text) {
    script.clear();
    if (!text.isBlank()) {
      script.add(text);
    }
    simulator.script(FaultScript.parse(text));
    return this;
  }

  /** What can go wrong between the platform and your handler. */
  public final class Faults {
    private final String when;

    private Faults(String when) {
      this.when = when;
    }

    /** Something in front of your handler answers so; your handler is not asked. */
    public Platform answers(int status) {
      return add("status " + status);
    }

    /** It answers so with a {@code Retry-After}. */
    public Platform answers(int status, Duration retryAfter) {
      return add("status " + status + " retry-after " + retryAfter.toSeconds());
    }

    /** Your handler gets the event and works, but its answer is lost: it will come again. */
    public Platform losesTheAnswer() {
      return add("lose_answer");
    }

    /** Nobody answers in time; your handler is not asked. */
    public Platform timesOut() {
      return add("timeout");
    }

    /** Nobody listens. */
    public Platform refusesConnections() {
      return add("refuse");
    }

    /** The connection breaks. */
    public Platform resets() {
      return add("reset_peer");
    }

    private Platform add(String fault) {
      script.add(when + ": " + fault);
      simulator.addToScript(FaultScript.parse(String.join("\n", script)));
      return Platform.this;
    }
  }

  /** Lets time pass until everything is delivered or dead. */
  public Platform runUntilSettled() {
    simulator.runUntilSettled();
    return this;
  }

  /** Lets some time pass. */
  public Platform advance(Duration by) {
    simulator.advance(by);
    return this;
  }

  /** Presses "resend" in the dashboard. */
  public Platform resend(Delivery delivery) {
    simulator.resend(delivery);
    return this;
  }

  /** All deliveries, in the order sent. */
  public List<Delivery> deliveries() {
    return simulator.deliveries();
  }

  /** The simulator itself, for all that is not said here. Thread-safe. */
  public Simulator simulator() {
    return simulator;
  }

  /** Begins an assertion on a delivery. */
  public DeliveryAssert assertThat(Delivery delivery) {
    return new DeliveryAssert(delivery, reproduce());
  }

  /** All timelines and what brings them back, for people. Thread-safe. */
  public String describe() {
    StringBuilder out = new StringBuilder();
    simulator.deliveries().stream()
        .limit(20)
        .forEach(delivery -> out.append(TimelineText.of(delivery)).append('\n'));
    return out.append("time passed: ")
        .append(Seconds.text(simulator.elapsed()))
        .append('\n')
        .append(reproduce())
        .toString();
  }

  private String reproduce() {
    return "Reproduce: run "
        + test
        + " with -D"
        + PlatformExtension.SEED_PROPERTY
        + "="
        + simulator.seed()
        + ", or put @PlatformTest(seed = "
        + simulator.seed()
        + ") on it.";
  }

  void close() {
    simulator.close();
  }
}
