/**
 * YAML to validated, immutable records. May use {@code platform}, {@code retry} and {@code
 * routing}.
 */
@NullMarked
package io.ghlrelay.config;

import org.jspecify.annotations.NullMarked;
