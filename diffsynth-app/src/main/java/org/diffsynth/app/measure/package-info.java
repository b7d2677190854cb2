/** The commands that measure videos, and measures that run the user's models. */
package org.diffsynth.app.measure;
