package org.diffsynth.onnx.internal.backend;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.compute.Closer;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.model.ModelFolder;
import org.diffsynth.onnx.internal.model.UnetConfig;
import org.diffsynth.onnx.internal.runtime.OrtThread;
import org.diffsynth.onnx.internal.text.TextEncoder;
import org.diffsynth.onnx.internal.unet.ControlledUnet;
import org.diffsynth.onnx.internal.unet.MemoryBudget;
import org.diffsynth.onnx.internal.vae.Vae;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.ModelDescription;
import org.diffsynth.spi.UnetInput;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open model of the Stable Diffusion 1.5 family on ONNX Runtime. Every call runs on the
 * backend's {@link OrtThread}; the calling thread waits and asks the monitor.
 */
public final class OnnxDiffusionBackend implements DiffusionBackend {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxDiffusionBackend.class);

  private final ModelDescription model;
  private final UnetConfig config;
  private final MemoryBudget budget;
  private final OrtThread thread;
  private final TextEncoder text;
  private final Vae vae;
  private final Vae loopVae;
  private final ControlledUnet unet;
  private boolean closed;

  /** Takes ownership of thread and models; only {@link BackendOpener} calls this. */
  OnnxDiffusionBackend(
      ModelFolder folder,
      MemoryBudget budget,
      OrtThread thread,
      TextEncoder text,
      Vae vae,
      Vae loopVae,
      ControlledUnet unet) {
    this.model = folder.description();
    this.config = folder.unetConfig();
    this.budget = budget;
    this.thread = thread;
    this.text = text;
    this.vae = vae;
    this.loopVae = loopVae;
    this.unet = unet;
  }

  @Override
  public ModelDescription model() {
    return model;
  }

  @Override
  public List<Embedding> encodeText(List<String> prompts) {
    checkOpen();
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException("prompts must not be empty");
    }
    List<String> copy = List.copyOf(prompts);
    return thread.call(
        Monitor.NONE, "the text encoder of " + model.name(), () -> text.encode(copy));
  }

  @Override
  public Latents encode(List<Frame> frames, Monitor monitor) {
    return encode(vae, frames, monitor);
  }

  @Override
  public Latents encodeInLoop(List<Frame> frames, Monitor monitor) {
    return encode(loopVae, frames, monitor);
  }

  private Latents encode(Vae encoder, List<Frame> frames, Monitor monitor) {
    checkOpen();
    if (frames.isEmpty()) {
      throw new IllegalArgumentException("frames must not be empty");
    }
    for (Frame frame : frames) {
      if (!frame.sameSize(frames.get(0))
          || frame.width() % model.vaeScaleFactor() != 0
          || frame.height() % model.vaeScaleFactor() != 0) {
        throw new IllegalArgumentException(
            Text.format(
                "frames must have one size with sides that are multiples of %d, but were %dx%d and %dx%d",
                model.vaeScaleFactor(),
                frames.get(0).width(),
                frames.get(0).height(),
                frame.width(),
                frame.height()));
      }
    }
    return thread.call(
        monitor,
        "the VAE encoder of " + model.name(),
        () -> {
          List<Latents> parts = new ArrayList<>();
          for (int row = 0; row < frames.size(); row++) {
            parts.add(encoder.encode(frames.get(row), row));
          }
          return Latents.concat(parts);
        });
  }

  @Override
  public List<Frame> decode(Latents latents, Monitor monitor) {
    return decode(vae, latents, monitor);
  }

  @Override
  public List<Frame> decodeInLoop(Latents latents, Monitor monitor) {
    return decode(loopVae, latents, monitor);
  }

  private List<Frame> decode(Vae decoder, Latents latents, Monitor monitor) {
    checkOpen();
    checkChannels(latents);
    return thread.call(
        monitor,
        "the VAE decoder of " + model.name(),
        () -> {
          List<Frame> frames = new ArrayList<>();
          for (int row = 0; row < latents.frames(); row++) {
            frames.add(decoder.decode(latents, row));
          }
          return frames;
        });
  }

  @Override
  public Latents predict(UnetInput input, Monitor monitor) {
    checkOpen();
    checkChannels(input.sample());
    int width = input.conditionings().get(0).text().width();
    if (width != config.textWidth()) {
      throw new IllegalArgumentException(
          "embeddings must have " + config.textWidth() + " floats per token, but had " + width);
    }
    int given = input.channels().map(Latents::channels).orElse(model.extraChannels());
    if (given != model.extraChannels()) {
      throw new IllegalArgumentException(
          Text.format(
              "%s takes %d input channels beside the latents, but was given %d",
              model.name(), model.extraChannels(), given));
    }
    if (input.image().isPresent() && model.imageInput().isEmpty()) {
      throw new IllegalArgumentException(
          model.name()
              + " does not support image prompts: its UNet was exported without an IP-Adapter");
    }
    return thread.call(monitor, "the UNet of " + model.name(), () -> unet.predict(input));
  }

  @Override
  public int rowsPerCall(int latentWidth, int latentHeight, int conditionings) {
    return budget.rows(config, latentWidth, latentHeight, conditionings);
  }

  /** Returns the total time of all model runs so far, in nanoseconds. */
  long modelNanos() {
    return thread.call(OrtThread.UNSTOPPABLE, "reading the run time", thread::runNanos);
  }

  private void checkChannels(Latents latents) {
    if (latents.channels() != model.latentChannels()) {
      throw new IllegalArgumentException(
          "latents must have "
              + model.latentChannels()
              + " channels, but their shape was "
              + latents.shape());
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the backend of " + model.name() + " is closed");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    thread.close(
        () -> {
          LOG.debug("closing {} after {}", model.name(), thread.statistics());
          try (Closer closer = new Closer()) {
            closer.add(text);
            closer.add(vae);
            if (loopVae != vae) {
              closer.add(loopVae);
            }
            closer.add(unet);
          }
        });
  }
}
