package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_ATTACHMENT;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_AUDIO;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_SUBTITLE;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.bytedeco.ffmpeg.avcodec.AVCodecDescriptor;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.global.avcodec;
import org.diffsynth.compute.Closer;
import org.diffsynth.video.StreamCopy.Kind;

/** Decides for each stream of a file whether it is copied, converted or left out. */
final class StreamPlan {

  private record Cover(AVStream from, AVStream to) {}

  private final Set<Kind> kinds;
  private final String extension;
  private final ContainerKind container;
  private final Muxer muxer;
  private final double start;
  private final CopyReport report = new CopyReport();
  private final List<Cover> covers = new ArrayList<>();
  private AVFormatContext from;
  private Chapters chapters;
  private Closer natives;

  StreamPlan(StreamCopy streams, Path target, Muxer muxer, double start) {
    this.kinds = streams.kinds();
    this.extension = VideoFiles.extension(target);
    this.container = ContainerKind.of(extension);
    this.muxer = muxer;
    this.start = start;
  }

  /** Returns what is left out or converted. */
  CopyReport report() {
    return report;
  }

  boolean isSubtitle(int stream) {
    return from.streams(stream).codecpar().codec_type() == AVMEDIA_TYPE_SUBTITLE;
  }

  /**
   * Adds streams and texts to the container.
   *
   * @param natives closes the tracks
   * @return the tracks by the number of their stream in the source
   */
  Map<Integer, StreamTrack> add(VideoInput input, Closer natives) throws IOException {
    this.from = input.context();
    this.natives = natives;
    Map<Integer, StreamTrack> tracks = new TreeMap<>();
    int video = input.bestVideo();
    new TagPlan(kinds, container, report).add(from, video, muxer);
    for (int i = 0; i < from.nb_streams(); i++) {
      AVStream stream = from.streams(i);
      StreamTrack track = i == video ? null : track(stream, input.isVideo(i));
      if (track == null) {
        stream.discard(avcodec.AVDISCARD_ALL);
      } else {
        tracks.put(i, track);
      }
    }
    planChapters();
    return tracks;
  }

  private StreamTrack track(AVStream stream, boolean isVideo) throws IOException {
    int type = stream.codecpar().codec_type();
    if (isVideo) {
      report.leaveOutAnyway(CopyReport.describe(stream) + ", because one video is processed");
    } else if (type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_ATTACHMENT) {
      if (kinds.contains(Kind.ATTACHMENTS)) {
        attach(stream, type == AVMEDIA_TYPE_VIDEO);
      }
    } else if (type == AVMEDIA_TYPE_AUDIO) {
      return kinds.contains(Kind.AUDIO) ? audio(stream) : null;
    } else if (type == AVMEDIA_TYPE_SUBTITLE) {
      return kinds.contains(Kind.SUBTITLES) ? subtitles(stream) : null;
    } else if (kinds.contains(Kind.DATA) && !isWrittenAnyway(stream)) {
      return data(stream);
    }
    return null;
  }

  /** Returns whether the writer of the container makes a stream itself: chapters and time code. */
  private boolean isWrittenAnyway(AVStream stream) {
    boolean isChapters = stream.codecpar().codec_tag() == tag("text") && from.nb_chapters() > 0;
    boolean isTimeCode =
        stream.codecpar().codec_tag() == tag("tmcd") && TagPlan.timeCode(from) != null;
    return isChapters || isTimeCode;
  }

  private static int tag(String name) {
    return name.charAt(0) | name.charAt(1) << 8 | name.charAt(2) << 16 | name.charAt(3) << 24;
  }

  private StreamTrack audio(AVStream stream) throws IOException {
    int codec = stream.codecpar().codec_id();
    String name = avcodec.avcodec_get_name(codec).getString();
    if (container.playsAudio(codec, name) && accepts(stream, extension)) {
      return copy(stream);
    }
    String encoder = container.audioEncoder();
    if (encoder == null || avcodec.avcodec_find_decoder(codec) == null) {
      leaveOut(stream);
      return null;
    }
    AVStream to = muxer.addStream();
    report.convert(stream, encoder.replace("lib", ""));
    TagPlan.addStreamTags(stream, to, container, report);
    return natives.add(AudioTrack.open(stream, to, encoder, muxer));
  }

  private StreamTrack subtitles(AVStream stream) throws IOException {
    if (accepts(stream, extension)) {
      return copy(stream);
    }
    String encoder = container.subtitleEncoder();
    AVCodecDescriptor codec = avcodec.avcodec_descriptor_get(stream.codecpar().codec_id());
    boolean isText = codec != null && (codec.props() & avcodec.AV_CODEC_PROP_TEXT_SUB) != 0;
    if (encoder == null || !isText) {
      leaveOut(stream);
      return null;
    }
    AVStream to = muxer.addStream();
    report.convert(stream, encoder);
    TagPlan.addStreamTags(stream, to, container, report);
    return natives.add(SubtitleTrack.open(stream, to, encoder, muxer));
  }

  private StreamTrack data(AVStream stream) throws IOException {
    // FFmpeg writes one kind of data that it reads: the positions that action cameras record.
    boolean isHeld =
        container.isQuickTime()
            && stream.codecpar().codec_tag() == tag("gpmd")
            && accepts(stream, extension);
    if (!isHeld) {
      report.leaveOutAnyway(CopyReport.describe(stream));
      return null;
    }
    return copy(stream);
  }

  private void leaveOut(AVStream stream) throws IOException {
    if (accepts(stream, "mkv")) {
      report.leaveOut(CopyReport.describe(stream));
    } else {
      report.leaveOutAnyway(CopyReport.describe(stream));
    }
  }

  private static boolean accepts(AVStream stream, String extension) throws IOException {
    AVCodecParameters parameters = withoutTag(stream);
    try {
      return ContainerTrial.accepts(extension, parameters, stream.time_base());
    } finally {
      avcodec.avcodec_parameters_free(parameters);
    }
  }

  /** Returns a description without the codec tag, which differs among containers. */
  private static AVCodecParameters withoutTag(AVStream stream) throws IOException {
    AVCodecParameters parameters = Ffmpeg.allocated(avcodec.avcodec_parameters_alloc(), "a stream");
    Ffmpeg.check(
        avcodec.avcodec_parameters_copy(parameters, stream.codecpar()), "cannot copy a stream");
    int type = parameters.codec_type();
    if (type == AVMEDIA_TYPE_AUDIO || type == AVMEDIA_TYPE_SUBTITLE || type == AVMEDIA_TYPE_VIDEO) {
      parameters.codec_tag(0);
    }
    return parameters;
  }

  private AVStream addCopy(AVStream stream) throws IOException {
    AVStream to = muxer.addStream();
    AVCodecParameters parameters = withoutTag(stream);
    try {
      Ffmpeg.check(
          avcodec.avcodec_parameters_copy(to.codecpar(), parameters), "cannot copy a stream");
    } finally {
      avcodec.avcodec_parameters_free(parameters);
    }
    to.time_base().num(stream.time_base().num()).den(stream.time_base().den());
    TagPlan.addStreamTags(stream, to, container, report);
    return to;
  }

  private StreamTrack copy(AVStream stream) throws IOException {
    return StreamTrack.copy(stream.time_base(), addCopy(stream), muxer);
  }

  private void attach(AVStream stream, boolean isCover) throws IOException {
    boolean holds =
        isCover ? container.holdsCover(stream.codecpar().codec_id()) : container.holdsAttachments();
    if (!holds) {
      report.leaveOut(CopyReport.describe(stream));
      return;
    }
    AVStream to = addCopy(stream);
    if (isCover && container == ContainerKind.MATROSKA) {
      CoverPictures.toAttachment(stream, to);
    } else if (isCover) {
      covers.add(new Cover(stream, to));
    }
  }

  private void planChapters() {
    if (from.nb_chapters() == 0 || !kinds.contains(Kind.CHAPTERS)) {
      return;
    }
    if (container.holdsChapters()) {
      chapters = new Chapters(from, start);
    } else {
      report.leaveOut(from.nb_chapters() + " chapters");
    }
  }

  /** Writes cover pictures, after the header of the container and before everything else. */
  void writeCovers() throws IOException {
    for (Cover cover : covers) {
      AVPacket picture =
          Ffmpeg.allocated(avcodec.av_packet_clone(cover.from().attached_pic()), "a picture");
      try {
        picture.pts(0).dts(0);
        muxer.write(picture, cover.to());
      } finally {
        avcodec.av_packet_free(picture);
      }
    }
  }

  /** Adds the chapters, cut to the length of the video in seconds. */
  void addChapters(double length) throws IOException {
    if (chapters != null) {
      // Matroska files have no negative times: all streams are moved, and chapters with them.
      boolean moved = container == ContainerKind.MATROSKA || container == ContainerKind.WEBM;
      chapters.addTo(muxer.container(), length, moved ? -muxer.earliest() : 0);
    }
  }
}
