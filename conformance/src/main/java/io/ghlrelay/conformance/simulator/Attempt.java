package io.ghlrelay.conformance.simulator;

import io.ghlrelay.conformance.schedule.Outcome;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One request of a delivery.
 *
 * @param number from 1, manual ones included
 * @param due when it was planned, in the simulator's time
 * @param sent when it was sent, in the simulator's time
 * @param ended when it ended, in the simulator's time
 * @param outcome how
 * @param took how long the endpoint took in real time; zero if it was not asked
 * @param answer start of the answer's body, at most 1 KiB as text; empty if there was none
 * @param fault the scripted fault that it met; null = none
 * @param manual whether somebody pressed "resend"
 */
public record Attempt(
    int number,
    Instant due,
    Instant sent,
    Instant ended,
    Outcome outcome,
    Duration took,
    String answer,
    @Nullable String fault,
    boolean manual) {}
