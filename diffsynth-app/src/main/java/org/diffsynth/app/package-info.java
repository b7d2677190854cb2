/** The command-line app {@code diffsynth}: one class a command. */
package org.diffsynth.app;
