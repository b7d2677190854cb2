package org.diffsynth.video;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.global.avformat;
import org.diffsynth.video.StreamCopy.Kind;

/** Decides which texts about a file and its streams are copied, and copies them. */
final class TagPlan {

  private static final Pattern TIME_CODE = Pattern.compile("\\d\\d:\\d\\d:\\d\\d[:;.]\\d\\d");
  private static final String TIME_CODE_KEY = "timecode";
  private static final int ROLES =
      avformat.AV_DISPOSITION_COMMENT
          | avformat.AV_DISPOSITION_FORCED
          | avformat.AV_DISPOSITION_HEARING_IMPAIRED
          | avformat.AV_DISPOSITION_VISUAL_IMPAIRED;

  private final Set<Kind> kinds;
  private final ContainerKind container;
  private final CopyReport report;

  TagPlan(Set<Kind> kinds, ContainerKind container, CopyReport report) {
    this.kinds = kinds;
    this.container = container;
    this.report = report;
  }

  /**
   * Adds the texts about a file and about its video to the container.
   *
   * @param video number of the video stream in the source, or a negative number
   */
  void add(AVFormatContext from, int video, Muxer muxer) {
    if (kinds.contains(Kind.METADATA)) {
      addFileTags(from, muxer);
      if (video >= 0) {
        addStreamTags(from.streams(video), muxer.video(), container, report);
      }
    }
    String timeCode = timeCode(from);
    if (timeCode == null || !kinds.contains(Kind.DATA)) {
      return;
    }
    if (container == ContainerKind.GIF) {
      report.leaveOut("time code " + timeCode);
      return;
    }
    AVStream stream = muxer.video();
    stream.metadata(Tags.with(stream.metadata(), Map.of(TIME_CODE_KEY, timeCode)));
    if (container.isQuickTime()) {
      muxer.setOption("write_tmcd", "1");
    }
  }

  /** Returns the time code of the first frame, or null if the file has none that is valid. */
  static String timeCode(AVFormatContext from) {
    String found = Tags.read(from.metadata()).get(TIME_CODE_KEY);
    for (int i = 0; i < from.nb_streams() && found == null; i++) {
      found = Tags.read(from.streams(i).metadata()).get(TIME_CODE_KEY);
    }
    return found != null && TIME_CODE.matcher(found).matches() ? found : null;
  }

  private void addFileTags(AVFormatContext from, Muxer muxer) {
    Map<String, String> tags = Tags.read(from.metadata());
    tags.remove(TIME_CODE_KEY);
    boolean hasCover = hasCover(from);
    boolean freeKeys = container.needsFreeKeys(tags) && !hasCover;
    List<String> lost =
        tags.keySet().stream().filter(key -> !container.holdsKey(key, freeKeys)).toList();
    if (!lost.isEmpty()) {
      report.leaveOut("texts (" + String.join(", ", lost) + ")");
      tags.keySet().removeAll(lost);
    }
    if (freeKeys) {
      muxer.setOption("movflags", "use_metadata_tags");
    }
    muxer.container().metadata(Tags.with(muxer.container().metadata(), tags));
  }

  private boolean hasCover(AVFormatContext from) {
    for (int i = 0; i < from.nb_streams(); i++) {
      AVStream stream = from.streams(i);
      boolean isCover = (stream.disposition() & avformat.AV_DISPOSITION_ATTACHED_PIC) != 0;
      if (isCover
          && kinds.contains(Kind.ATTACHMENTS)
          && container.holdsCover(stream.codecpar().codec_id())) {
        return true;
      }
    }
    return false;
  }

  /** Copies language, title, role and further texts of a stream. */
  static void addStreamTags(
      AVStream from, AVStream to, ContainerKind container, CopyReport report) {
    Map<String, String> tags = new LinkedHashMap<>(Tags.read(from.metadata()));
    tags.remove(TIME_CODE_KEY);
    if ("und".equals(tags.get("language"))) {
      tags.remove("language");
    }
    if (!container.isQuickTime()) {
      tags.remove("handler_name");
    }
    String language = tags.remove("language");
    if (language != null && container.language(language) != null) {
      tags.put("language", container.language(language));
    } else if (language != null) {
      report.leaveOut("the language of stream " + from.index() + " (" + language + ")");
    }
    if ((from.disposition() & ROLES) != 0 && !container.holdsRoles()) {
      report.leaveOut("the role of stream " + from.index());
    }
    to.metadata(Tags.with(to.metadata(), tags));
    to.disposition(from.disposition());
  }
}
