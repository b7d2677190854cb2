/** Models inside jars, copied to disk for as long as they are open. */
package org.diffsynth.internal.model;
