package org.diffsynth.app.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks an option of the command line whose value belongs to the settings tree. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface Setting {

  /**
   * Returns the place of the value in the settings tree: names joined by dots, such as {@code
   * "sampling.steps"}. A star stands for the key of an option that is a map: {@code
   * "controlNets.*.scale"}.
   */
  String value();
}
