/**
 * The fault campaign: a relay as a process, real signed events, targets, and a seeded sequence of
 * faults, after each of which the promises are checked. Uses {@code payload}, {@code signing},
 * {@code schedule} and {@code json}; knows of the relay what its users know: configuration, headers
 * and admin API.
 */
@NullMarked
package io.ghlrelay.conformance.campaign;

import org.jspecify.annotations.NullMarked;
