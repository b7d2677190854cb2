package org.diffsynth.video;

import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.diffsynth.compute.Closer;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.events.WorkEvent;
import org.diffsynth.internal.text.Text;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decodes the video stream of a file, frame by frame. */
final class VideoReader implements FrameSource {

  private static final Logger LOG = LoggerFactory.getLogger(VideoReader.class);

  /** Each decoder thread adds one frame of delay and memory; more than 2 hardly help. */
  private static final int DECODER_THREADS = 2;

  /** How many frames at the end of a file that was never finished may be damaged. */
  private static final int LAST_FRAMES = 2;

  private final Path file;
  private final PacketScan scan;
  private final VideoFormat format;
  private final ReadSettings settings;
  private final PictureProbe probe;
  private Closer natives;
  private VideoInput input;
  private AVCodecContext decoder;
  private AVPacket packet;
  private AVFrame decoded;
  private FrameConverter converter;
  private Cropping cropping;
  private Deinterlacer deinterlacer;
  private int videoIndex;
  private int framesRead;
  private boolean drained;
  private boolean isSeeking;
  private AVFrame ready;
  private Frame last;

  VideoReader(Path file, ReadSettings settings) throws IOException {
    this.file = file;
    this.settings = settings;
    scan = PacketScan.of(file);
    probe = PictureProbe.of(file);
    open();
    format = new VideoFormat(converter.uprightSize(), scan.times().frameRate(), scan.frameCount());
    warnOfFramesLeftOut();
    if (settings.hdr() == Hdr.TONE_MAP && probe.tags().isHdr()) {
      Notices.warn(
          Text.format(
              "%s has a high dynamic range (%s); it is tone-mapped to BT.709. --hdr keep, or"
                  + " ReadSettings.withHdr(Hdr.KEEP), keeps it",
              file, probe.tags().transfer()));
    }
  }

  /** Opens the file at its beginning. */
  private void open() throws IOException {
    natives = new Closer();
    ready = null;
    drained = false;
    try {
      input = natives.add(VideoInput.open(file), VideoInput::close);
      videoIndex = input.videoIndex();
      AVStream stream = input.video();
      decoder = Decoders.open(file, stream, DECODER_THREADS, natives);
      packet =
          natives.add(
              Ffmpeg.allocated(avcodec.av_packet_alloc(), "a packet"), avcodec::av_packet_free);
      decoded =
          natives.add(Ffmpeg.allocated(avutil.av_frame_alloc(), "a frame"), avutil::av_frame_free);
      FirstPicture first = scan.first();
      int width = first == null ? stream.codecpar().width() : first.width();
      int height = first == null ? stream.codecpar().height() : first.height();
      if (width < 1 || height < 1) {
        throw new IOException(file + " cannot be decoded: the headers of its pictures are missing");
      }
      cropping = Cropping.of(stream.codecpar());
      converter = natives.add(new FrameConverter(file, width, height, probe, settings.hdr()));
      deinterlacer =
          natives.add(new Deinterlacer(settings.deinterlace(), FieldOrder.of(stream.codecpar())));
    } catch (IOException | RuntimeException e) {
      natives.close();
      throw e;
    }
  }

  @Override
  public VideoFormat format() {
    return format;
  }

  /** Returns the times of the frames. */
  FrameTimes times() {
    return scan.times();
  }

  private void warnOfFramesLeftOut() {
    int leftOut = scan.times().leftOut();
    if (leftOut > 0) {
      Notices.warn(
          Text.format(
              "%s: the file starts between two key frames, so its first %d frames (%.2f s) cannot be"
                  + " decoded and are left out; the sound stays in place",
              file, leftOut, scan.times().leftOutSeconds()));
    }
    if (scan.isCutOff()) {
      Notices.warn(
          Text.format(
              "%s was never finished; the %d frames that are complete are read",
              file, scan.frameCount()));
    }
  }

  /**
   * Reads over frames. At the beginning of the video, decoding begins at a key frame that lies
   * before the first frame that is wanted; without one, all frames are decoded.
   */
  @Override
  public int skip(int count) throws IOException {
    int wanted = (int) Math.min(scan.frameCount(), framesRead + (long) count);
    int from = framesRead == 0 ? wanted - 1 : 0; // the frame before may be repeated
    while (from > 0 && scan.mayRepeat(from)) {
      from--;
    }
    int before = framesRead;
    int key = from > 0 ? scan.decodableFrom(from) : 0;
    if (key > 0 && !beginsAt(key, from)) {
      natives.close();
      open();
    }
    while (framesRead < wanted && read() != null) {
      // a frame that is not wanted
    }
    return framesRead - before;
  }

  /**
   * Starts decoding at a key frame, and decodes up to a frame, which is then ready.
   *
   * @return false if that frame cannot be found
   */
  private boolean beginsAt(int key, int wanted) throws IOException {
    isSeeking = true;
    try {
      for (int packets = scan.packetOf(key); packets > 0; ) {
        if (!readPacket()) {
          return false;
        }
        boolean isPlain =
            packet.stream_index() == videoIndex
                && (packet.flags() & avcodec.AV_PKT_FLAG_DISCARD) == 0;
        packets -= isPlain ? 1 : 0;
        avcodec.av_packet_unref(packet);
      }
      while (true) {
        ready = nextPicture();
        int frame =
            ready == null
                ? -1
                : scan.frameAt(ready == decoded ? ready.best_effort_timestamp() : ready.pts());
        if (ready == null || frame > wanted) {
          return false;
        }
        if (frame == wanted) {
          framesRead = wanted;
          return true;
        }
        avutil.av_frame_unref(ready);
      }
    } catch (IOException e) {
      LOG.debug("{} cannot be decoded from the middle on", file, e);
      return false;
    } finally {
      isSeeking = false;
    }
  }

  @Override
  public Frame read() throws IOException {
    WorkEvent event = WorkEvent.started(new WorkEvent.Files());
    Frame frame = readNext();
    event.done("ffmpeg", "read", format().width(), format().height(), 1);
    return frame;
  }

  private Frame readNext() throws IOException {
    if (decoder == null) {
      throw new IOException(file + " is closed");
    }
    if (framesRead == scan.frameCount()) {
      return null;
    }
    if (!scan.repeats(framesRead) && isNextThere()) {
      last = convert(ready);
    } else if (last == null) {
      throw broken("it cannot be decoded");
    }
    framesRead++;
    return last;
  }

  /**
   * Decodes up to the next frame of the file, and returns whether it is there. If it is not, the
   * frame before is shown again.
   *
   * @throws IOException if the frame should be there
   */
  private boolean isNextThere() throws IOException {
    if (ready == null) {
      ready = nextPicture();
    }
    boolean isThere =
        ready != null
            && scan.frameAt(ready == decoded ? ready.best_effort_timestamp() : ready.pts())
                <= framesRead;
    if (!isThere && !scan.mayRepeat(framesRead) && !isCutOffHere()) {
      throw broken(
          ready == null
              ? Text.format(
                  "only %d of %d frames could be decoded", framesRead, format.frameCount())
              : "its data are damaged, and the decoder left it out");
    }
    return isThere;
  }

  /** Returns whether the next frame is one of the last of a file that was never finished. */
  private boolean isCutOffHere() {
    return scan.isUnfinished() && framesRead > 0 && framesRead >= scan.frameCount() - LAST_FRAMES;
  }

  /** Returns whether errors are expected, because decoding starts between two key frames. */
  private boolean isBeforeTheFirst() {
    return isSeeking || framesRead == 0 && scan.times().leftOut() > 0;
  }

  /** Returns the next decoded and deinterlaced picture, or null at the end. */
  private AVFrame nextPicture() throws IOException {
    while (true) {
      AVFrame filtered = filtered();
      if (filtered != null) {
        return filtered;
      }
      int code = avcodec.avcodec_receive_frame(decoder, decoded);
      if (code >= 0) {
        if (isIntact()) {
          if (!deinterlacer.wants(decoded)) {
            return decoded;
          }
          deinterlace();
        }
      } else if (code == avutil.AVERROR_EOF()) {
        if (!deinterlacer.end()) {
          return null;
        }
      } else if (code == AVERROR_EAGAIN()) {
        feed();
      } else if (!isBeforeTheFirst() && !isCutOffHere()) {
        throw broken(Ffmpeg.message(code));
      }
    }
  }

  private AVFrame filtered() throws IOException {
    try {
      return deinterlacer.pull();
    } catch (IOException e) {
      throw broken(e.getMessage());
    }
  }

  private void deinterlace() throws IOException {
    try {
      Notices.warn(
          file
              + " is interlaced; it is deinterlaced, one frame for each frame (bwdif)."
              + " --deinterlace off leaves it as it is");
      decoded.pts(decoded.best_effort_timestamp());
      deinterlacer.push(decoded, input.video().time_base());
    } catch (IOException e) {
      throw broken(e.getMessage());
    } finally {
      avutil.av_frame_unref(decoded);
    }
  }

  private boolean isIntact() throws IOException {
    if (!FirstPicture.isDamaged(decoded)) {
      cropping.apply(decoded);
      return true;
    }
    avutil.av_frame_unref(decoded);
    if (isBeforeTheFirst() || isCutOffHere()) {
      return false;
    }
    throw broken("its data are damaged");
  }

  private Frame convert(AVFrame picture) throws IOException {
    try {
      return converter.toFrame(picture);
    } catch (IOException e) {
      throw broken(e.getMessage());
    } finally {
      avutil.av_frame_unref(picture);
      ready = null;
    }
  }

  private void feed() throws IOException {
    while (!drained) {
      if (!readPacket()) {
        drained = true;
        avcodec.avcodec_send_packet(decoder, null);
        return;
      }
      try {
        // An empty packet would tell the decoder that the video ends.
        if (packet.stream_index() == videoIndex && packet.size() > 0) {
          int code = avcodec.avcodec_send_packet(decoder, packet);
          if (code < 0 && !isBeforeTheFirst() && !isCutOffHere()) {
            throw broken(Ffmpeg.message(code));
          }
          return;
        }
      } finally {
        avcodec.av_packet_unref(packet);
      }
    }
  }

  private boolean readPacket() throws IOException {
    try {
      return input.readPacket(packet);
    } catch (IOException e) {
      if (scan.endsBroken()) {
        return false;
      }
      throw e;
    }
  }

  private IOException broken(String why) {
    String prefix = Text.format("%s, frame %d: ", file, framesRead);
    return new IOException(why.startsWith(prefix) ? why : prefix + why);
  }

  @Override
  public void close() {
    decoder = null;
    natives.close();
  }
}
