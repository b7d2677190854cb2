package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffsynth.Pipeline;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.RenderSettings.Control;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.ControlNet;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.VaeTiling;
import org.diffsynth.internal.text.Text;

/** Opens the library's pipeline with the model of the settings. */
final class PipelineOpener {

  private static final Pattern PART = Pattern.compile("([0-9.]+)-([0-9.]+)");
  private static final int DEFAULT_OVERLAP = 128;

  private PipelineOpener() {}

  /**
   * Returns a ControlNet, with an annotator if its name has one that needs no model.
   *
   * @throws UsageException if a value is out of range
   */
  static ControlNet controlNet(String name, Control control) {
    try {
      ControlNet net = ControlNet.of(name, control.folder());
      if (control.scale() != null) {
        net = net.withScale(control.scale().floatValue());
      }
      if (control.part() == null) {
        return net;
      }
      Matcher ends = PART.matcher(control.part());
      if (!ends.matches()) {
        throw new IllegalArgumentException(
            Text.format("expected a part such as 0-0.5, but was '%s'", control.part()));
      }
      return net.withRange(Double.parseDouble(ends.group(1)), Double.parseDouble(ends.group(2)));
    } catch (IllegalArgumentException e) {
      throw new UsageException(Text.format("the ControlNet %s: %s", name, e.getMessage()));
    }
  }

  /**
   * Opens the model and its ControlNets. The caller closes the pipeline.
   *
   * @param shots shots of the frames that the pipeline renders
   * @throws UsageException if a value is out of range
   */
  static Pipeline open(
      RenderSettings settings, List<ControlNet> nets, Shots shots, ComputeOptions compute)
      throws IOException {
    Pipeline.Builder builder =
        Pipeline.builder(settings.preset())
            .compute(compute)
            .deflicker(DeflickerBuilder.deflicker(settings.preset(), settings.deflicker(), shots));
    if (!BundledSettings.isUsed(settings)) {
      builder.model(settings.model().folder());
    }
    nets.forEach(builder::controlNet);
    settings
        .model()
        .loras()
        .forEach((file, scale) -> builder.lora(Path.of(file), scale.floatValue()));
    for (String text : settings.model().embeddings()) {
      int equals = text.indexOf('=');
      if (equals < 1 || Files.exists(Path.of(text))) {
        builder.embedding(Path.of(text));
      } else {
        builder.embedding(text.substring(0, equals), Path.of(text.substring(equals + 1)));
      }
    }
    if (settings.model().clipSkip() != null) {
      builder.clipSkip(settings.model().clipSkip());
    }
    if (settings.model().vae() != null) {
      builder.vae(settings.model().vae());
    }
    if (settings.model().loopVae() != null) {
      builder.loopVae(settings.model().loopVae());
    }
    builder.crossFrameAttention(attention(settings));
    String tile = settings.model().vaeTile();
    if (tile != null) {
      builder.vaeTiling(parsed("--vae-tile", tile, PipelineOpener::tiling));
    }
    return builder.build();
  }

  /**
   * Returns the attention of the settings, or that of their preset.
   *
   * @throws UsageException if it cannot be read
   */
  static CrossFrameAttention attention(RenderSettings settings) {
    String name = settings.model().attention();
    return name == null
        ? settings.preset().crossFrameAttention()
        : parsed("--attention", name, AttentionName::parse);
  }

  /** A parser of an option's text. */
  private interface Parser<T> {
    T parse(String text);
  }

  private static <T> T parsed(String option, String text, Parser<T> parser) {
    try {
      return parser.parse(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException(Text.format("%s %s: %s", option, text, e.getMessage()));
    }
  }

  private static VaeTiling tiling(String text) {
    String[] parts = text.split(":", 2);
    try {
      int tile = Integer.parseInt(parts[0]);
      if (tile == 0) {
        return VaeTiling.NONE;
      }
      int overlap =
          parts.length > 1 ? Integer.parseInt(parts[1]) : Math.min(DEFAULT_OVERLAP, tile / 2);
      return VaeTiling.of(tile, overlap);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected N or N:OVERLAP, in pixels", e);
    }
  }
}
