/**
 * The simulator over HTTP, for other languages; described by {@code /openapi.json}. Uses {@code
 * simulator}, {@code report} and {@code json}.
 */
@NullMarked
package io.ghlrelay.conformance.control;

import org.jspecify.annotations.NullMarked;
