package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.control.ControlNet;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.ModelDescription;
import org.diffsynth.spi.NotFiniteException;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.Conditioning;
import org.diffsynth.spi.UnetInput.ControlInput;
import org.diffsynth.spi.UnetInput.KeyValueRows;

/** Runs each part of an open model on one frame, twice, and reports the time of the second run. */
final class ModelTrial {

  private static final int USUAL_STEPS = 20;
  private static final float TIMESTEP = 500;
  private static final Pattern MEMORY = Pattern.compile("Vm(RSS|HWM):\\s+(\\d+) kB");

  private final DiffusionBackend backend;
  private final ModelDescription model;
  private final FrameSize size;
  private final Monitor monitor;

  /**
   * Prepares a trial.
   *
   * @param size size of the frame, whose sides must be multiples of the model's
   * @throws UsageException if the model does not accept the size
   */
  ModelTrial(DiffusionBackend backend, FrameSize size, Monitor monitor) {
    this.backend = backend;
    this.model = backend.model();
    this.size = size;
    this.monitor = monitor;
    int multiple = model.sizeMultiple();
    UsageException.check(
        size.width() % multiple == 0 && size.height() % multiple == 0,
        Text.format("--size must be multiples of %d for this model, but was %s", multiple, size));
  }

  /** Returns lines about what the model is. */
  List<String> describe(String name, double secondsToOpen) {
    List<String> lines = new ArrayList<>();
    lines.add(line("model", name));
    lines.add(
        line(
            "predicts",
            Text.format(
                "%s, in latents of %d channels at 1/%d of the size; sides are multiples of %d",
                model.predictionType().name().toLowerCase(Locale.ROOT),
                model.latentChannels(),
                model.vaeScaleFactor(),
                model.sizeMultiple())));
    if (model.imageInput().isPresent()) {
      lines.add(line("image prompt", "embeddings of " + model.imageInput().get()));
    }
    if (model.extraChannels() > 0) {
      lines.add(line("inputs", model.extraChannels() + " channels beside the latents"));
    }
    lines.add(line("opened in", seconds(secondsToOpen)));
    return lines;
  }

  /**
   * Runs the model and returns lines about time and memory.
   *
   * @throws NotFiniteException if an output contains NaN or infinity
   */
  List<String> run(List<ControlNet> nets) {
    List<String> lines = new ArrayList<>();
    List<Embedding> texts = backend.encodeText(List.of("", "a photo"));
    double text = time(() -> backend.encodeText(List.of("", "a photo")));
    lines.add(line("two prompts", seconds(text)));
    Frame grey = grey();
    Latents latents = backend.encode(List.of(grey), monitor);
    double encode = time(() -> backend.encode(List.of(grey), monitor));
    lines.add(line("encode", seconds(encode) + " for a frame of " + size));
    double step = timeOfStep(latents, texts, List.of());
    lines.add(line("a step", seconds(step) + " with guidance, without ControlNets"));
    if (!nets.isEmpty()) {
      List<ControlInput> controls =
          nets.stream().map(net -> new ControlInput(net.name(), List.of(grey), 1)).toList();
      step = timeOfStep(latents, texts, controls);
      lines.add(
          line(
              "with controls",
              seconds(step) + " with " + nets.stream().map(ControlNet::name).toList()));
    }
    backend.decode(latents, monitor);
    double decode = time(() -> backend.decode(latents, monitor));
    lines.add(line("decode", seconds(decode)));
    double frame = encode + USUAL_STEPS * step + decode;
    lines.add(
        line(
            "one frame",
            Text.format(
                "about %s with %d steps; attention to k other frames takes longer, about 1 + k/4"
                    + " times the step",
                seconds(frame), USUAL_STEPS)));
    lines.add(line("memory", memory()));
    return lines;
  }

  private double timeOfStep(Latents latents, List<Embedding> texts, List<ControlInput> controls) {
    Latents noise =
        InitialNoise.seeded(0).firstFrame(latents.channels(), latents.height(), latents.width());
    UnetInput input =
        new UnetInput(
            noise,
            TIMESTEP,
            List.of(new Conditioning(texts.get(0), true), new Conditioning(texts.get(1), false)),
            KeyValueRows.SELF,
            controls);
    Latents predicted = backend.predict(input, monitor);
    if (predicted.firstNotFinite() >= 0) {
      throw new NotFiniteException(
          "the UNet's output contains NaN or infinity; a model in half precision may need single"
              + " precision on this device",
          "unet",
          0,
          null);
    }
    return time(() -> backend.predict(input, monitor));
  }

  private Frame grey() {
    byte[] samples = new byte[Math.toIntExact(size.pixels() * 3)];
    Arrays.fill(samples, (byte) 128);
    return Frame.ofRgb8(size.width(), size.height(), samples);
  }

  private double time(Supplier<?> call) {
    monitor.checkCancelled();
    long start = System.nanoTime();
    call.get();
    return (System.nanoTime() - start) / 1e9;
  }

  /** Returns the memory of this process, where the operating system tells. */
  private static String memory() {
    try {
      Matcher found = MEMORY.matcher(Files.readString(Path.of("/proc/self/status")));
      long now = 0;
      long most = 0;
      while (found.find()) {
        long bytes = Long.parseLong(found.group(2)) * 1024;
        if (found.group(1).equals("RSS")) {
          now = bytes;
        } else {
          most = bytes;
        }
      }
      return Text.format("%.1f GB now, at most %.1f GB", now / 1e9, most / 1e9);
    } catch (IOException e) {
      return "unknown on this system";
    }
  }

  private static String seconds(double value) {
    return Text.format(value < 10 ? "%.2f s" : "%.0f s", value);
  }

  private static String line(String name, String value) {
    return Text.format("%-14s %s", name, value);
  }
}
