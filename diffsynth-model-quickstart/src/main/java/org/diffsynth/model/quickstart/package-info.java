/** The quickstart model and the styles that it was trained on. */
package org.diffsynth.model.quickstart;
