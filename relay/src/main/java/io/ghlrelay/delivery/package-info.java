/**
 * One lane a target: take what is due, send it, record the outcome. May use {@code config}, {@code
 * retry}, {@code store}.
 */
@NullMarked
package io.ghlrelay.delivery;

import org.jspecify.annotations.NullMarked;
