/** The command line. Uses everything else; nothing uses it. */
@NullMarked
package io.ghlrelay.conformance.cli;

import org.jspecify.annotations.NullMarked;
