/** Annotators that need no model: edges, lines, shuffled content, and steady depth. */
package org.diffsynth.annotator;
