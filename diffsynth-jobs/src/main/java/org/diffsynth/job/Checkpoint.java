package org.diffsynth.job;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.util.Arrays;
import java.util.Optional;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.internal.diffusion.StepCheckpoints.State;
import org.diffsynth.internal.host.PartName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that holds the state of a render after a step. It is written under a temporary name and
 * renamed, and ends with a SHA-256 of its bytes:
 *
 * <pre>
 *   "DSSTEP01"   id of the job, 32 bytes   step
 *   latents, predicted original, noise, first estimate: frames, channels, height, width, floats
 *   SHA-256 of all bytes before
 * </pre>
 *
 * <p>Missing latents have 0 frames and nothing more. Numbers are big-endian and have 4 bytes.
 */
final class Checkpoint {

  private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);
  private static final byte[] MAGIC = {'D', 'S', 'S', 'T', 'E', 'P', '0', '1'};
  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final byte[] jobId;

  Checkpoint(Path file, byte[] jobId) {
    this.file = file;
    this.jobId = jobId;
  }

  /** Replaces the state that was kept before. */
  void write(State state) throws IOException {
    PartName part = PartName.of(file);
    try {
      try (DigestOutputStream digested =
              new DigestOutputStream(
                  new BufferedOutputStream(Files.newOutputStream(part.path()), BUFFER),
                  Fingerprint.sha256());
          DataOutputStream out = new DataOutputStream(digested)) {
        out.write(MAGIC);
        out.write(jobId);
        out.writeInt(state.step());
        write(state.latents(), out);
        write(state.prediction().predictedOriginal(), out);
        write(state.prediction().noise(), out);
        write(state.firstEstimate(), out);
        digested.on(false);
        out.write(digested.getMessageDigest().digest());
      }
      Files.move(
          part.path(), file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      part.delete();
    }
  }

  private static void write(Latents latents, DataOutputStream out) throws IOException {
    if (latents == null) {
      out.writeInt(0);
      return;
    }
    out.writeInt(latents.frames());
    out.writeInt(latents.channels());
    out.writeInt(latents.height());
    out.writeInt(latents.width());
    float[] frame = new float[latents.frameSize()];
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * frame.length);
    for (int i = 0; i < latents.frames(); i++) {
      latents.slice(i, i + 1).copyTo(frame, 0);
      bytes.asFloatBuffer().put(frame);
      out.write(bytes.array());
    }
  }

  /** Returns the state that was kept; empty if there is none, or if the file is damaged. */
  Optional<State> read() throws IOException {
    try (DigestInputStream digested =
            new DigestInputStream(
                new BufferedInputStream(Files.newInputStream(file), BUFFER), Fingerprint.sha256());
        DataInputStream in = new DataInputStream(digested)) {
      boolean isOurs =
          Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)
              && Arrays.equals(in.readNBytes(jobId.length), jobId);
      if (isOurs) {
        int step = in.readInt();
        long most = Files.size(file) / Float.BYTES;
        Latents latents = latents(in, most);
        Latents original = latents(in, most);
        Latents noise = latents(in, most);
        Latents firstEstimate = latents(in, most);
        byte[] digest = digested.getMessageDigest().digest();
        if (Arrays.equals(digest, in.readAllBytes())) {
          return Optional.of(
              new State(step, latents, new Prediction(original, noise), firstEstimate));
        }
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      LOG.debug("{} cannot be read", file, e);
    }
    LOG.warn("{} is damaged; the render begins again", file);
    return Optional.empty();
  }

  private static Latents latents(DataInputStream in, long most) throws IOException {
    int frames = in.readInt();
    if (frames == 0) {
      return null;
    }
    int channels = in.readInt();
    int height = in.readInt();
    int width = in.readInt();
    long size = Math.multiplyExact((long) Math.multiplyExact(channels, height), width);
    if (frames < 0 || size <= 0 || size > most / frames) {
      throw new IOException("impossible size");
    }
    float[] samples = new float[Math.toIntExact(frames * size)];
    byte[] bytes = new byte[Math.toIntExact(Float.BYTES * size)];
    float[] frame = new float[(int) size];
    for (int i = 0; i < frames; i++) {
      in.readFully(bytes);
      ByteBuffer.wrap(bytes).asFloatBuffer().get(frame);
      System.arraycopy(frame, 0, samples, i * frame.length, frame.length);
    }
    return Latents.of(frames, channels, height, width, samples);
  }

  /** Deletes the state. */
  void delete() throws IOException {
    Files.deleteIfExists(file);
  }
}
