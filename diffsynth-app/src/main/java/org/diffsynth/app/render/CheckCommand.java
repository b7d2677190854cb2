package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.app.options.FrameSizeConverter;
import org.diffsynth.app.terminal.AppCommand;
import org.diffsynth.app.terminal.CommandMonitor;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.ControlNet;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.internal.model.UnpackedModel;
import org.diffsynth.internal.text.Text;
import org.diffsynth.spi.BundledModel;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.spi.DiffusionSettings;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command {@code diffsynth check}: opens a model, runs each part once, and says what it needs. */
@Command(
    name = "check",
    customSynopsis = "diffsynth check [MODEL] [OPTIONS]",
    description =
        "Opens a diffusion model, runs each of its parts on one frame, and prints what was found, the"
            + " time that each part takes, and the memory.")
public final class CheckCommand extends AppCommand {

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      description =
          "Checkpoint file (.safetensors), folder of diffusers, or ONNX folder. Default: the model"
              + " inside the app, 'quickstart'.")
  private Path model;

  @ArgGroup(validate = false, order = 10, heading = "%nWhat to run:%n")
  private What what = new What();

  private static final class What {

    @Option(
        names = "--control",
        order = 1,
        paramLabel = "NAME[=PATH]",
        mapFallbackValue = "",
        description =
            "Run this ControlNet too; without a path, that of the model inside the app. May be"
                + " repeated. Default: none.")
    private Map<String, Path> controls = new LinkedHashMap<>();

    @Option(
        names = "--size",
        order = 2,
        paramLabel = "WxH",
        defaultValue = "512x512",
        converter = FrameSizeConverter.class,
        description = "Size of the frame in pixels. Default: ${DEFAULT-VALUE}.")
    private FrameSize size;

    @Option(
        names = "--device",
        order = 3,
        paramLabel = "NAME",
        defaultValue = ComputeOptions.AUTOMATIC,
        description =
            "Device that runs the model, such as cpu, cuda or cuda:1. Default: ${DEFAULT-VALUE}, the"
                + " fastest that works, otherwise the CPU.")
    private String device;
  }

  @Override
  public Integer call() throws IOException {
    ComputeOptions compute = ComputeOptions.AUTO.withDevice(what.device);
    DiffusionBackendProvider provider = DiffusionBackendProvider.choose(compute.backend());
    List<ControlNet> nets = new ArrayList<>();
    what.controls.forEach((name, path) -> nets.add(ControlNet.of(name, path)));
    if (model != null && !BundledSettings.isBundled(model)) {
      for (ControlNet net : nets) {
        UsageException.check(
            !net.folder().equals(UnpackedModel.BUNDLED),
            Text.format("--control %1$s needs a path, --control %1$s=PATH", net.name()));
      }
      check(provider, DiffusionSettings.of(model).withControlNets(nets).withCompute(compute));
      return 0;
    }
    BundledModel bundled =
        BundledSettings.model()
            .orElseThrow(() -> new UsageException("MODEL is missing; the app has none inside"));
    try (UnpackedModel unpacked = UnpackedModel.unpack(bundled)) {
      check(
          provider,
          unpacked.applyTo(
              DiffusionSettings.of(UnpackedModel.BUNDLED)
                  .withControlNets(nets)
                  .withCompute(compute)));
    }
    return 0;
  }

  private void check(DiffusionBackendProvider provider, DiffusionSettings settings)
      throws IOException {
    long start = System.nanoTime();
    try (CommandMonitor monitor = monitor();
        DiffusionBackend backend = provider.open(settings)) {
      double opening = (System.nanoTime() - start) / 1e9;
      ModelTrial trial = new ModelTrial(backend, what.size, monitor);
      trial
          .describe(model == null ? "quickstart, inside the app" : model.toString(), opening)
          .forEach(out()::println);
      trial.run(settings.controlNets()).forEach(out()::println);
      out().flush();
    }
  }
}
