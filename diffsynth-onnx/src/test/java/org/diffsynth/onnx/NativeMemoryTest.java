package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.diffsynth.Pipeline;
import org.diffsynth.RenderRequest;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.VaeTiling;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Video;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.spi.DiffusionSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Checks that models which are opened, closed or fail leave no memory and no files behind: {@code
 * mvn -pl diffsynth-onnx -am test -Dtest=NativeMemoryTest -Ddiffsynth.measure=true
 * -Ddiffsynth.times=1000 -Dsurefire.failIfNoSpecifiedTests=false}.
 */
@EnabledIfSystemProperty(named = "diffsynth.measure", matches = "true")
@EnabledOnOs(OS.LINUX)
class NativeMemoryTest {
  private static final int TIMES = Integer.getInteger("diffsynth.times", 100);
  private static final Path MODEL = Golden.open().model();
  private static final List<String> STAGES = List.of("encodeText", "encode", "predict", "decode");

  private final List<Double> megabytes = new ArrayList<>();
  private final List<Long> handles = new ArrayList<>();

  @Test
  void open_manyTimes_leavesNothing() throws IOException {
    for (int i = 0; i < TIMES; i++) {
      try (Pipeline pipeline = builder(new OnnxDiffusionBackendProvider()).build()) {
        assertThat(pipeline.model().latentChannels()).isEqualTo(4);
      }
      look("opened and closed", i);
    }
    assertThat(growth()).as("MB resident outside of the heap: " + megabytes).isLessThan(60);
  }

  @Test
  void render_failingAtEveryStage_leavesNothing() throws IOException {
    Video input = video();
    for (int i = 0; i < TIMES; i++) {
      String stage = STAGES.get(i % STAGES.size());
      try (Pipeline pipeline = builder(failing(stage)).build()) {
        assertThatThrownBy(
                () ->
                    pipeline.render(
                        input, RenderRequest.of("winter").withSteps(3).withStrength(0.9)))
            .hasMessageContaining("injected");
      }
      look("failed renders", i);
    }
    assertThat(growth()).as("MB resident outside of the heap: " + megabytes).isLessThan(60);
  }

  private static Pipeline.Builder builder(DiffusionBackendProvider provider) {
    return Pipeline.builder()
        .model(MODEL)
        .provider(provider)
        .compute(ComputeOptions.AUTO.withDevice("cpu").withThreads(1))
        .vaeTiling(VaeTiling.of(64, 32))
        .lora(Golden.resource("lora").resolve("kohya.safetensors"), 0.5f)
        .crossFrameAttention(CrossFrameAttention.FIRST_AND_PREVIOUS)
        .deflicker(
            LatentDeflicker.every(1)
                .then(
                    (guide, style, sink, monitor) -> {
                      for (Frame frame = style.read(); frame != null; frame = style.read()) {
                        sink.write(frame);
                      }
                    }));
  }

  /** Makes the second call of one kind fail after the model has run. */
  private static DiffusionBackendProvider failing(String stage) {
    OnnxDiffusionBackendProvider real = new OnnxDiffusionBackendProvider();
    return new DiffusionBackendProvider() {
      @Override
      public String name() {
        return "failing";
      }

      @Override
      public Availability probe() {
        return real.probe();
      }

      @Override
      public DiffusionBackend open(DiffusionSettings settings) throws IOException {
        DiffusionBackend backend = real.open(settings);
        int[] calls = {stage.equals("encodeText") || stage.equals("encode") ? 1 : 0};
        return (DiffusionBackend)
            Proxy.newProxyInstance(
                NativeMemoryTest.class.getClassLoader(),
                new Class<?>[] {DiffusionBackend.class},
                (proxy, method, arguments) -> {
                  Object result = method.invoke(backend, arguments);
                  if (method.getName().equals(stage) && ++calls[0] == 2) {
                    throw new IllegalStateException("injected at " + stage);
                  }
                  return result;
                });
      }
    };
  }

  private void look(String what, int number) throws IOException {
    if ((number + 1) % Math.max(1, TIMES / 5) == 0) {
      System.gc();
      String status = Files.readString(Path.of("/proc/self/status"));
      String resident = status.replaceAll("(?s).*VmRSS:\\s+(\\d+) kB.*", "$1");
      double heap = Runtime.getRuntime().totalMemory() / 1048576.0;
      megabytes.add(Long.parseLong(resident) / 1024.0 - heap);
      try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
        handles.add(open.count());
      }
      System.out.printf(
          "%d %s: %.1f MB resident outside of a heap of %.1f MB, %d handles%n",
          number + 1,
          what,
          megabytes.get(megabytes.size() - 1),
          heap,
          handles.get(handles.size() - 1));
    }
  }

  /** Growth in MB over the maximum of the first part of the run, in which code is still loaded. */
  private double growth() {
    assertThat(handles.get(handles.size() - 1)).isLessThanOrEqualTo(handles.get(0) + 2);
    double before =
        megabytes.subList(0, 3).stream().mapToDouble(Double::doubleValue).max().orElse(0);
    return megabytes.get(megabytes.size() - 1) - before;
  }

  private static Video video() {
    List<Frame> frames = new ArrayList<>();
    for (int f = 0; f < 3; f++) {
      byte[] rgb = new byte[3 * 96 * 64];
      Arrays.fill(rgb, (byte) (40 * f + 20));
      frames.add(Frame.ofRgb8(96, 64, rgb));
    }
    return Video.of(frames, FrameRate.DEFAULT);
  }
}
