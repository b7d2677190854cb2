package org.diffsynth.video;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVDictionaryEntry;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;

/** Texts by keyword of a file, a stream or a chapter, as FFmpeg stores them. */
final class Tags {

  /** Keys that describe the old file and are wrong for the new one. */
  private static final Set<String> OF_THE_OLD_FILE =
      Set.of(
          "encoder",
          "software",
          "rotate",
          "duration",
          "major_brand",
          "minor_version",
          "compatible_brands",
          "vendor_id",
          "bps",
          "number_of_frames",
          "number_of_bytes",
          "source_id");

  private Tags() {}

  /**
   * Reads all texts but those that describe the bytes of the old file. Keys are in lower case: some
   * containers know no other, and Matroska files hold them in upper case.
   */
  static Map<String, String> read(AVDictionary dictionary) {
    Map<String, String> tags = new LinkedHashMap<>();
    AVDictionaryEntry entry = avutil.av_dict_iterate(dictionary, null);
    while (entry != null) {
      String key = text(entry.key()).toLowerCase(Locale.ROOT);
      if (!OF_THE_OLD_FILE.contains(key) && !key.startsWith("_statistics")) {
        tags.putIfAbsent(key, text(entry.value()));
      }
      entry = avutil.av_dict_iterate(dictionary, entry);
    }
    // MP4 files give a text with the language of its key, and the same text without.
    tags.keySet().removeIf(key -> isCopyWithLanguage(key, tags));
    return tags;
  }

  private static boolean isCopyWithLanguage(String key, Map<String, String> tags) {
    int dash = key.lastIndexOf('-');
    return dash == key.length() - 4
        && dash > 0
        && tags.get(key).equals(tags.get(key.substring(0, dash)));
  }

  private static String text(BytePointer bytes) {
    return bytes.getString(StandardCharsets.UTF_8);
  }

  /**
   * Returns a dictionary with texts added.
   *
   * @param dictionary dictionary of a container, a stream or a chapter, or null
   */
  static AVDictionary with(AVDictionary dictionary, Map<String, String> tags) {
    AVDictionary result = dictionary == null ? new AVDictionary(null) : dictionary;
    for (Map.Entry<String, String> tag : tags.entrySet()) {
      try (BytePointer key = utf8(tag.getKey());
          BytePointer value = utf8(tag.getValue())) {
        avutil.av_dict_set(result, key, value, 0);
      }
    }
    return result;
  }

  private static BytePointer utf8(String text) {
    return new BytePointer(text, StandardCharsets.UTF_8);
  }
}
