package io.ghlrelay.conformance.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the tests of a class a {@link Platform} as parameter, a fresh one for each test.
 *
 * <pre>{@code
 * @PlatformTest
 * class ContactHookTest {
 *   @Test
 *   void survivesADeploy(Platform platform) {
 *     platform.target(URI.create("http://127.0.0.1:8080/hook"));
 *     platform.during(Duration.ofSeconds(20)).answers(503);
 *     Delivery contact = platform.send("ContactCreate");
 *     platform.runUntilSettled();
 *     platform.assertThat(contact).deliveredOnAttempt(4).withinSchedule();
 *   }
 * }
 * }</pre>
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(PlatformExtension.class)
public @interface PlatformTest {
  /** The rule set, as {@code ghl-2025} or {@code ghl-2025/intervals}. */
  String profile() default "ghl-2025";

  /**
   * The source of all randomness; 0 = that of the system property {@code conformance.seed}, else a
   * new one for each test, which a failure prints.
   */
  long seed() default 0;
}
