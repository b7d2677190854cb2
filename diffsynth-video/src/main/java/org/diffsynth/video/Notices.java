package org.diffsynth.video;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warnings about files, each of which is logged once, although a file is opened several times. */
final class Notices {

  private static final Logger LOG = LoggerFactory.getLogger(VideoFiles.class);
  private static final int MOST = 1000;
  private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();

  private Notices() {}

  /** Logs a warning, unless it was logged before. */
  static void warn(String text) {
    if (LOGGED.size() >= MOST) {
      LOGGED.clear();
    }
    if (LOGGED.add(text)) {
      LOG.warn("{}", text);
    }
  }

  /** Returns the warnings that were logged. */
  static Set<String> logged() {
    return Set.copyOf(LOGGED);
  }
}
