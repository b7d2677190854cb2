package org.diffsynth.video;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Recognises files that do not hold a video but name other files or addresses. */
final class Playlists {

  private static final List<String> STARTS =
      List.of("#EXTM3U", "ffconcat version", "<?xml", "<MPD", "v=0", "[playlist]");

  private Playlists() {}

  /** Returns whether a file starts as a playlist does: HLS, DASH, SDP, or a list of FFmpeg. */
  static boolean isPlaylist(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      String start = new String(in.readNBytes(64), StandardCharsets.ISO_8859_1).stripLeading();
      return STARTS.stream().anyMatch(start::startsWith);
    }
  }
}
