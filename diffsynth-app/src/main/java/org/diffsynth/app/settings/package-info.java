/**
 * The settings of a rendering command as one tree.
 *
 * <p>A settings file is this tree as JSON. Each option of the command line that belongs to it names
 * its place with {@link org.diffsynth.app.settings.Setting}. {@link
 * org.diffsynth.app.settings.SettingsTree} merges defaults, file and options by place, and {@link
 * org.diffsynth.app.settings.RenderSettings} is the merged tree as records. A new setting is
 * written in three places: the option, the record component, and the code that uses it.
 */
package org.diffsynth.app.settings;
