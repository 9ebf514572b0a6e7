/** The relay's root: assembles the packages below it; nothing below may depend on it. */
@NullMarked
package io.ghlrelay;

import org.jspecify.annotations.NullMarked;
