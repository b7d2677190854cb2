package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_ATTACHMENT;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_AUDIO;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_SUBTITLE;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.diffsynth.internal.text.Text;

/** Collects what an output leaves out or converts, to say it in one warning. */
final class CopyReport {

  private final List<String> held = new ArrayList<>();
  private final List<String> lost = new ArrayList<>();
  private final List<String> converted = new ArrayList<>();

  /** Adds something that is left out, although a Matroska file would hold it. */
  void leaveOut(String what) {
    held.add(what);
  }

  /** Adds something that is left out in every container. */
  void leaveOutAnyway(String what) {
    lost.add(what);
  }

  /** Adds a stream that is converted to a codec. */
  void convert(AVStream stream, String codec) {
    converted.add(describe(stream) + " to " + codec);
  }

  /** Returns a stream in words: its number in the file, kind, codec, language and title. */
  static String describe(AVStream stream) {
    int type = stream.codecpar().codec_type();
    boolean isPicture = (stream.disposition() & avformat.AV_DISPOSITION_ATTACHED_PIC) != 0;
    String kind =
        type == AVMEDIA_TYPE_VIDEO
            ? isPicture ? "cover picture" : "video"
            : type == AVMEDIA_TYPE_AUDIO
                ? "audio"
                : type == AVMEDIA_TYPE_SUBTITLE
                    ? "subtitles"
                    : type == AVMEDIA_TYPE_ATTACHMENT ? "attachment" : "data";
    StringBuilder text = new StringBuilder();
    text.append("stream ").append(stream.index()).append(" (").append(kind);
    text.append(' ').append(codec(stream));
    Map<String, String> tags = Tags.read(stream.metadata());
    for (String key : List.of("language", "title", "filename")) {
      String value = tags.get(key);
      if (value != null && !value.equals("und")) {
        text.append(", ").append(value);
      }
    }
    return text.append(')').toString();
  }

  private static String codec(AVStream stream) {
    String name = avcodec.avcodec_get_name(stream.codecpar().codec_id()).getString();
    int tag = stream.codecpar().codec_tag();
    boolean isUnknown = name.equals("none") || name.equals("bin_data");
    if (!isUnknown || tag == 0) {
      return isUnknown ? "of an unknown kind" : name;
    }
    StringBuilder four = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      four.append((char) (tag >> 8 * i & 0xFF));
    }
    return four.toString();
  }

  /** Returns the warning, or an empty text if everything is copied unchanged. */
  String warning(Path source, Path target) {
    List<String> sentences = new ArrayList<>();
    if (!held.isEmpty()) {
      sentences.add(
          Text.format(
              "%s cannot hold, and leaves out: %s; an .mkv file would hold this",
              target, String.join(", ", held)));
    }
    if (!lost.isEmpty()) {
      sentences.add(Text.format("%s leaves out: %s", target, String.join(", ", lost)));
    }
    if (!converted.isEmpty()) {
      sentences.add(Text.format("%s gets, converted: %s", target, String.join(", ", converted)));
    }
    return sentences.isEmpty() ? "" : "from " + source + ": " + String.join(". ", sentences);
  }
}
