package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AVCHROMA_LOC_LEFT;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_BT2020;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT2020_NCL;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_SMPTE2084;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is lost or chosen silently otherwise. */
class NoticesTest {

  private static final FrameSize SIZE = new FrameSize(32, 24);

  @TempDir Path folder;

  private static List<String> about(Path file) {
    return Notices.logged().stream().filter(text -> text.contains(file.toString())).toList();
  }

  private List<String> check(String name, VideoSettings settings, Frame.Depth depth)
      throws IOException {
    Path file = folder.resolve(name);
    VideoFiles.check(file, settings, SIZE, depth);
    return about(file);
  }

  @Test
  void deepFrames_toACodecOf8Bits_areSaid() throws IOException {
    VideoSettings settings = VideoSettings.DEFAULT;
    assertThat(check("a.m4v", settings, Frame.Depth.UINT16)).hasSize(1);
    assertThat(check("h264.mp4", settings.withCodec(VideoCodec.H264), Frame.Depth.UINT16))
        .singleElement()
        .asString()
        .contains("8 of the bits per sample", "write AV1 (.mp4");
    assertThat(check("a.mp4", settings, Frame.Depth.UINT16)).isEmpty();
    assertThat(check("b.m4v", settings, Frame.Depth.UINT8)).isEmpty();
  }

  @Test
  void hdr_toAFolderOfPictures_isSaid() throws IOException {
    PictureTags hdr =
        new PictureTags(
            PixelAspect.SQUARE,
            new PictureTags.Colors(
                AVCOL_PRI_BT2020,
                AVCOL_TRC_SMPTE2084,
                AVCOL_SPC_BT2020_NCL,
                AVCOL_RANGE_MPEG,
                AVCHROMA_LOC_LEFT),
            HdrLight.NONE);
    assertThat(check("hdr", VideoSettings.DEFAULT.withTags(hdr), Frame.Depth.UINT16)).hasSize(1);
    assertThat(check("sdr", VideoSettings.DEFAULT, Frame.Depth.UINT16)).isEmpty();
  }

  @Test
  void severalVideos_areSaid() throws IOException {
    Path file = folder.resolve("two-videos.mkv");
    try (InputStream in = NoticesTest.class.getResourceAsStream("two-videos.mkv")) {
      Files.copy(in, file);
    }
    for (int i = 0; i < 2; i++) {
      try (FrameSource source = VideoFiles.open(file)) {
        assertThat(source.read()).isNotNull();
      }
    }
    assertThat(about(file))
        .singleElement()
        .asString()
        .contains("holds 2 videos; the one of stream 0 is read");
  }
}
