/** Events of JDK Flight Recorder; not exported. */
package org.diffsynth.internal.events;
