/** What an engine implements to be found with {@link java.util.ServiceLoader}. */
package org.diffsynth.spi;
