/**
 * Receive, bound, verify, admit, answer. May use {@code config}, {@code platform}, {@code routing},
 * {@code store}.
 */
@NullMarked
package io.ghlrelay.ingress;

import org.jspecify.annotations.NullMarked;
