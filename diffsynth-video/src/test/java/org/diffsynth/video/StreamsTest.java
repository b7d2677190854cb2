package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.global.avformat;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Video;
import org.diffsynth.video.StreamCopy.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sound, subtitles, chapters, attachments and texts of a file in the output of each container. */
class StreamsTest {

  @TempDir Path folder;

  private Path resource(String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = StreamsTest.class.getResourceAsStream(name)) {
      Files.copy(in, file);
    }
    return file;
  }

  private Path write(String name, StreamCopy streams, int frames) throws IOException {
    VideoSettings settings = VideoSettings.DEFAULT.withStreams(streams);
    return VideoFilesTest.write(
        folder.resolve(name), VideoFilesTest.scene(frames, 64, 48), settings);
  }

  private Path carried(String source, String extension) throws IOException {
    return write("out." + extension, StreamCopy.allOf(resource(source)), 50);
  }

  /** Returns each stream but the video: what it is, its language and its role. */
  private static List<String> streams(Path file) throws IOException {
    List<String> streams = new ArrayList<>();
    try (VideoInput input = VideoInput.open(file)) {
      for (int i = 0; i < input.context().nb_streams(); i++) {
        AVStream stream = input.context().streams(i);
        if (!input.isVideo(i)) {
          String text = CopyReport.describe(stream).replaceFirst("stream \\d+ ", "");
          boolean comment = (stream.disposition() & avformat.AV_DISPOSITION_COMMENT) != 0;
          boolean forced = (stream.disposition() & avformat.AV_DISPOSITION_FORCED) != 0;
          streams.add(text + (comment ? " comment" : "") + (forced ? " forced" : ""));
        }
      }
    }
    return streams;
  }

  private static Map<String, String> tags(Path file) throws IOException {
    try (VideoInput input = VideoInput.open(file)) {
      return Tags.read(input.context().metadata());
    }
  }

  /** Returns the chapters, in whole seconds after the first frame. */
  private static List<String> chapters(Path file) throws IOException {
    List<String> chapters = new ArrayList<>();
    try (VideoInput input = VideoInput.open(file)) {
      AVFormatContext context = input.context();
      for (int i = 0; i < context.nb_chapters(); i++) {
        var chapter = context.chapters(i);
        double tick = (double) chapter.time_base().num() / chapter.time_base().den();
        AVStream video = input.video();
        double first =
            (double) video.start_time() * video.time_base().num() / video.time_base().den();
        chapters.add(
            Math.round(chapter.start() * tick - first)
                + "-"
                + Math.round(chapter.end() * tick - first)
                + " "
                + Tags.read(chapter.metadata()).get("title"));
      }
    }
    return chapters;
  }

  @Test
  void matroska_holdsEverything() throws IOException {
    Path out = carried("rich.mkv", "mkv");
    assertThat(streams(out))
        .containsExactly(
            "(audio aac, eng, English)",
            "(audio vorbis, ger, Kommentar) comment",
            "(subtitles subrip, eng)",
            "(subtitles ass, ger, Forced) forced",
            "(attachment ttf, font.ttf)",
            "(cover picture mjpeg, cover.jpg)");
    assertThat(chapters(out)).containsExactly("0-1 First chapter", "1-2 Second chapter");
    assertThat(tags(out))
        .containsEntry("title", "A rich film")
        .containsEntry("creation_time", "2024-05-01T10:11:12.000000Z")
        .containsEntry("location", "+48.2082+016.3738/")
        .containsEntry("custom_key", "custom value");
  }

  @Test
  void mp4_getsSoundAndSubtitlesConverted() throws IOException {
    Path out = carried("rich.mkv", "mp4");
    assertThat(streams(out))
        .anyMatch(s -> s.startsWith("(audio aac, eng"))
        .anyMatch(s -> s.startsWith("(audio aac, ger") && s.endsWith("comment"))
        .anyMatch(s -> s.startsWith("(subtitles mov_text, eng"))
        .anyMatch(s -> s.startsWith("(subtitles mov_text, ger") && s.endsWith("forced"))
        .anyMatch(s -> s.startsWith("(cover picture mjpeg"));
    assertThat(chapters(out)).containsExactly("0-1 First chapter", "1-2 Second chapter");
    assertThat(tags(out)).containsEntry("title", "A rich film").containsEntry("artist", "Somebody");
  }

  @ParameterizedTest
  @CsvSource({
    "rich.mkv, webm, opus, webvtt",
    "film.mp4, mkv, aac, subrip",
    "film.mp4, mp4, aac, mov_text",
    "film.mp4, mov, aac, mov_text",
    "film.mp4, webm, opus, webvtt"
  })
  void container_getsSoundSubtitlesChaptersAndTexts(
      String source, String extension, String audio, String subtitles) throws IOException {
    Path out = carried(source, extension);
    assertThat(streams(out))
        .anyMatch(s -> s.startsWith("(audio " + audio + ", "))
        .anyMatch(s -> s.startsWith("(subtitles " + subtitles + ", "));
    assertThat(chapters(out)).containsExactly("0-1 First chapter", "1-2 Second chapter");
    assertThat(tags(out)).containsEntry("title", "A rich film");
    assertThat(VideoFilesTest.read(out).size()).isEqualTo(50);
  }

  @ParameterizedTest
  @CsvSource({"mp4", "mov", "mkv"})
  void timeCode_ofTheFirstFrame_isKept(String extension) throws IOException {
    Path out = carried("film.mp4", extension);
    try (VideoInput input = VideoInput.open(out)) {
      assertThat(TagPlan.timeCode(input.context())).isEqualTo("01:02:03:04");
    }
  }

  @Test
  void shorterVideo_cutsSoundSubtitlesAndChapters() throws IOException {
    Path out = write("out.mkv", StreamCopy.allOf(resource("rich.mkv")), 20); // 0.8 s
    assertThat(chapters(out)).containsExactly("0-1 First chapter");
    try (VideoInput input = VideoInput.open(out)) {
      assertThat(input.context().duration() / 1e6).isLessThan(1.7); // a subtitle that started
    }
  }

  @Test
  void kinds_thatAreNotWanted_areLeftOut() throws IOException {
    Path source = resource("rich.mkv");
    Path out = write("a.mkv", new StreamCopy(source, Set.of(Kind.SUBTITLES)), 50);
    assertThat(streams(out)).hasSize(2).allMatch(s -> s.startsWith("(subtitles"));
    assertThat(chapters(out)).isEmpty();
    assertThat(tags(out)).isEmpty();
    Path silent = write("b.mkv", StreamCopy.allOf(source).without(Kind.AUDIO), 50);
    assertThat(streams(silent)).hasSize(4).noneMatch(s -> s.startsWith("(audio"));
  }

  @ParameterizedTest
  @CsvSource({
    "rich.mkv, mkv, ''",
    "rich.mkv, webm, 'stream 5 (attachment ttf, font.ttf), stream 6 (cover picture mjpeg,"
        + " cover.jpg); an .mkv file would hold this'",
    "rich.mkv, gif, 'stream 1 (audio aac, eng, English), stream 2 (audio vorbis, ger, Kommentar),"
        + " stream 3 (subtitles subrip, eng)'",
    "rich.mkv, avi, 'the language of stream 1 (eng)'",
    "rich.mkv, avi, '2 chapters; an .mkv file'",
    "rich.mkv, mp4, 'stream 2 (audio vorbis, ger, Kommentar) to aac'",
    "film.mp4, mov, 'cover picture mjpeg'"
  })
  void warning_namesWhatIsLeftOutOrConverted(String source, String extension, String part)
      throws IOException {
    Path target = folder.resolve("out." + extension);
    StreamCopy streams = StreamCopy.allOf(resource(source));
    try (VideoInput input = VideoInput.open(streams.source());
        Closer natives = new Closer();
        Muxer muxer = new Muxer(target)) {
      StreamPlan plan = new StreamPlan(streams, target, muxer, 0);
      plan.add(input, natives);
      String warning = plan.report().warning(streams.source(), target);
      if (part.isEmpty()) {
        assertThat(warning).isEmpty();
      } else {
        assertThat(warning).contains(part);
      }
    }
  }

  @Test
  void coverPicture_isNotTheVideo() throws IOException {
    for (String name : List.of("rich.mkv", "film.mp4")) {
      Path source = resource(name);
      assertThat(VideoFilesTest.read(source).size()).isEqualTo(50);
      try (VideoInput input = VideoInput.open(source)) {
        assertThat(input.video().codecpar().codec_type()).isEqualTo(AVMEDIA_TYPE_VIDEO);
        assertThat(input.video().codecpar().width()).isEqualTo(32);
      }
    }
  }

  @Test
  void convertedSound_startsAndEndsWithThePicture() throws IOException {
    Path sound = Files.write(folder.resolve("tone.wav"), CopiedStreamsTest.wavBytes(2));
    Video scene = VideoFilesTest.scene(50, 64, 48);
    for (String extension : List.of("mp4", "webm")) {
      Path out = folder.resolve("tone." + extension);
      VideoFilesTest.write(
          out,
          Video.of(scene.frames(), FrameRate.DEFAULT),
          VideoSettings.DEFAULT.withStreamsFrom(sound));
      try (VideoInput input = VideoInput.open(out)) {
        assertThat(input.context().duration() / 1e6).isBetween(1.98, 2.05);
        assertThat(Math.abs(input.context().start_time() / 1e6)).isLessThan(0.03);
      }
    }
  }
}
