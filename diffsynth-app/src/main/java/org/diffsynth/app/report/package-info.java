/** Reports as self-contained HTML files that show and measure the effect of deflickering. */
package org.diffsynth.app.report;
