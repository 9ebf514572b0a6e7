/** The command line: one class a verb. */
@NullMarked
package io.ghlrelay.cli;

import org.jspecify.annotations.NullMarked;
