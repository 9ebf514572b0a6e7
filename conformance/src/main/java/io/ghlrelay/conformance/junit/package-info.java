/**
 * The platform in a JUnit 5 (or 6) test: {@link PlatformTest} and {@link Platform}. The only
 * package that needs the JUnit API on the class path.
 */
@NullMarked
package io.ghlrelay.conformance.junit;

import org.jspecify.annotations.NullMarked;
