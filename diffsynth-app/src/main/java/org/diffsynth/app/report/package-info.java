/** The report: one HTML file that shows and measures what deflickering did. */
package org.diffsynth.app.report;
