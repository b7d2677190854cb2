package org.diffsynth.app.report;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;

/** Three frames before and after, for a page with a slider between them. */
final class Stills {

  private static final double[] PLACES = {0.15, 0.5, 0.85};

  private final Set<Long> wanted = new TreeSet<>();
  private final StringBuilder html = new StringBuilder();

  Stills(long frames) {
    for (double place : PLACES) {
      wanted.add(Math.round(place * (frames - 1)));
    }
  }

  void add(long index, Frame before, Frame after) throws IOException {
    if (!wanted.contains(index)) {
      return;
    }
    html.append(
        Text.format(
            """
        <figure class="compare" style="aspect-ratio: %d / %d">
          <img src="%s" alt="frame %d before">
          <img class="after" src="%s" alt="frame %d after">
          <span class="handle"></span>
          <b class="tag left">before</b><b class="tag right">after</b>
          <input type="range" min="0" max="100" value="50" step="0.1"
                 aria-label="share of frame %d that is shown before deflickering">
          <figcaption>Frame %d</figcaption>
        </figure>
        """,
            before.width(),
            before.height(),
            DataUri.jpeg(before),
            index,
            DataUri.jpeg(after),
            index,
            index,
            index));
  }

  String html() {
    return html.toString();
  }
}
