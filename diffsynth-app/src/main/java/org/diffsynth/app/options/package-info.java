/**
 * Groups of options that several commands share. A field of a group type, marked as argument group
 * with a heading, gives a command the options and its help a section.
 */
package org.diffsynth.app.options;
