package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_AUDIO;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.global.avcodec;
import org.diffsynth.frame.Video;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopiedStreamsTest {

  private static final int SAMPLE_RATE = 8000;

  @TempDir Path folder;

  private static byte[] tone(double seconds) {
    byte[] samples = new byte[(int) (seconds * SAMPLE_RATE) * 2];
    for (int i = 0; i < samples.length / 2; i++) {
      int value = (int) Math.round(12000 * Math.sin(i * 0.3) + 3000 * Math.sin(i * 0.011));
      samples[2 * i] = (byte) value;
      samples[2 * i + 1] = (byte) (value >> 8);
    }
    return samples;
  }

  private Path wav(byte[] samples) throws IOException {
    return Files.write(folder.resolve("tone.wav"), wavOf(samples));
  }

  /** Returns a sound file with 8000 samples of 16 bits per second. */
  static byte[] wavBytes(double seconds) throws IOException {
    return wavOf(tone(seconds));
  }

  private static byte[] wavOf(byte[] samples) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    AudioFormat format = new AudioFormat(SAMPLE_RATE, 16, 1, true, false);
    try (var stream =
        new AudioInputStream(new ByteArrayInputStream(samples), format, samples.length / 2)) {
      AudioSystem.write(stream, AudioFileFormat.Type.WAVE, file);
    }
    return file.toByteArray();
  }

  static byte[] audioOf(Path file) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (VideoInput input = VideoInput.open(file);
        AVPacket packet = avcodec.av_packet_alloc()) {
      while (input.readPacket(packet)) {
        int type = input.context().streams(packet.stream_index()).codecpar().codec_type();
        if (type == AVMEDIA_TYPE_AUDIO) {
          byte[] data = new byte[packet.size()];
          packet.data().get(data);
          all.write(data);
        }
        avcodec.av_packet_unref(packet);
      }
      avcodec.av_packet_free(packet);
    }
    return all.toByteArray();
  }

  private Path withAudio(String name, int frames, Path audio) throws IOException {
    Video scene = VideoFilesTest.scene(frames, 64, 48);
    return VideoFilesTest.write(
        folder.resolve(name), scene, VideoSettings.DEFAULT.withAudioFrom(audio));
  }

  @Test
  void audio_ofAnotherFile_isCopiedByteForByte() throws IOException {
    byte[] samples = tone(2);
    Path file = withAudio("a.mkv", 50, wav(samples)); // 50 frames at 25 a second: all of it
    assertThat(audioOf(file)).isEqualTo(samples);
    assertThat(VideoFilesTest.read(file).size()).isEqualTo(50);
  }

  @Test
  void audio_ofAVideo_isCopiedOnUnchanged() throws IOException {
    byte[] samples = tone(2);
    Path first = withAudio("a.mkv", 50, wav(samples));
    Path second = withAudio("b.mov", 50, first);
    assertThat(audioOf(second)).isEqualTo(samples);
  }

  @Test
  void audio_longerThanTheFrames_endsWithThem() throws IOException {
    byte[] samples = tone(4);
    byte[] kept = audioOf(withAudio("a.mkv", 25, wav(samples)));
    assertThat(kept.length / 2.0 / SAMPLE_RATE).isBetween(1.0, 1.3);
    assertThat(kept).isEqualTo(Arrays.copyOf(samples, kept.length));
  }

  @Test
  void audio_ofASilentVideo_isNone() throws IOException {
    Path silent =
        VideoFilesTest.write(
            folder.resolve("s.mp4"), VideoFilesTest.scene(2, 64, 48), VideoSettings.DEFAULT);
    assertThat(audioOf(withAudio("a.mp4", 2, silent))).isEmpty();
  }

  @Test
  void audio_ofAFolderOfPictures_isNone() throws IOException {
    Path pictures =
        VideoFilesTest.write(
            folder.resolve("p"), VideoFilesTest.scene(2, 64, 48), VideoSettings.DEFAULT);
    assertThat(audioOf(withAudio("a.mp4", 2, pictures))).isEmpty();
  }
}
