/**
 * What is scripted to go wrong, as values and a text grammar: the sink performs it on the wire, the
 * simulator pretends it. Depends on nothing of ours.
 */
@NullMarked
package io.ghlrelay.conformance.fault;

import org.jspecify.annotations.NullMarked;
