import org.diffsynth.io.FrameFiles;
import org.diffsynth.video.PictureDecoder;

/** Reads and writes video files with FFmpeg. */
module org.diffsynth.video {
  requires transitive org.diffsynth.api;
  requires org.bytedeco.javacpp;
  requires org.bytedeco.ffmpeg;
  requires org.slf4j;

  exports org.diffsynth.video;

  provides FrameFiles.Decoder with
      PictureDecoder;
}
