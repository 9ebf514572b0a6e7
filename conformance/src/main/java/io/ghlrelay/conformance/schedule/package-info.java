/**
 * When the platform tries again, and when it gives up: its rule sets as values, each with its
 * source. Pure; no clock and no I/O. Written apart from the relay's own rules; both are held
 * against the golden vectors. Depends on nothing of ours.
 */
@NullMarked
package io.ghlrelay.conformance.schedule;

import org.jspecify.annotations.NullMarked;
