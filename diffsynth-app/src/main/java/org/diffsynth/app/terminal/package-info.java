/**
 * What a person at the terminal sees and does: progress, messages, errors, versions, and Ctrl-C.
 * {@link org.diffsynth.app.terminal.AppCommand} is the base class of all commands.
 */
package org.diffsynth.app.terminal;
