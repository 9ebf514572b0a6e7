/** What happened, for people and for machines. Uses {@code simulator} and {@code json}. */
@NullMarked
package io.ghlrelay.conformance.report;

import org.jspecify.annotations.NullMarked;
