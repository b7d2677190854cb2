package org.diffsynth.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.BackendException.OutOfDeviceMemoryException;
import org.diffsynth.control.ControlNet;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseSchedule;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.spi.ModelDescription;
import org.diffsynth.spi.ModelDescription.ImageInputShape;
import org.diffsynth.spi.NotFiniteException;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.Conditioning;
import org.diffsynth.spi.UnetInput.ControlInput;
import org.diffsynth.spi.UnetInput.ImageInput;
import org.diffsynth.spi.UnetInput.KeyValueRows;

/**
 * A diffusion backend without a model, for tests of a denoising loop. All its parts are linear, so
 * that expected results can be computed by hand.
 *
 * <p>The VAE averages blocks of 2 by 2 pixels. Channel c of the latents is (2·mean − 1)·0.25 of
 * colour c; channel 3 is the same of the mean of all colours, and decoding ignores it. The
 * embedding of a prompt of n characters is n/10 in each sample. The UNet has two self-attention
 * layers, whose result is the mean over the rows that a row attends to:
 *
 * <pre>
 * h = 0.5·x + 0.2·mean(x of rows looked at)
 * y = h + 0.1·mean(h of rows looked at) + 0.3·text + 0.0001·timestep + Σ scale·0.4·(mean grey of the control picture)
 *     + scale·0.5·(mean of the row's image embedding), not on the negative side
 *     + Σ 0.01·(c + 1)·(further channel c)
 * </pre>
 */
public final class FakeDiffusionBackend implements DiffusionBackend {

  /** Pixels per latent pixel along each side. */
  public static final int SCALE = 2;

  /** Factor from the mean of the VAE's distribution to latents. */
  public static final float SCALING_FACTOR = 0.25f;

  private static final int CHANNELS = 4;
  private static final int TOKENS = 3;
  private static final int IMAGE_WIDTH = 2;
  private static final int EXTRA_CHANNELS = 10;

  /**
   * One call of {@link #predict}.
   *
   * @param input its argument
   */
  public record Call(UnetInput input) {}

  private ModelDescription model;
  private final DiffusionSettings settings;
  private final Map<Boolean, float[][]> carried = new HashMap<>();
  private final List<Call> calls = new ArrayList<>();
  private Consumer<String> hook = call -> {};
  private int rowsThatFit = Integer.MAX_VALUE;
  private int rowsPerCall = 4;
  private int closings;
  private int encodedInLoop;
  private int decodedInLoop;

  /** Creates a backend that predicts ε, with the noise schedule of Stable Diffusion. */
  public FakeDiffusionBackend(DiffusionSettings settings) {
    this(settings, Prediction.Type.EPSILON, NoiseSchedule.STABLE_DIFFUSION);
  }

  /** Creates a backend with the given type of prediction and noise schedule. */
  public FakeDiffusionBackend(
      DiffusionSettings settings, Prediction.Type type, NoiseSchedule schedule) {
    this.settings = settings;
    this.model =
        new ModelDescription("fake", CHANNELS, SCALE, 2 * SCALE, SCALING_FACTOR, schedule, type)
            .withImageInput(new ImageInputShape(0, IMAGE_WIDTH))
            .withExtraChannels(EXTRA_CHANNELS);
  }

  /** Creates a backend without ControlNets. */
  public static FakeDiffusionBackend plain() {
    return new FakeDiffusionBackend(DiffusionSettings.of(Path.of("fake")));
  }

  /** Returns a provider that opens this backend, whatever the settings. */
  public DiffusionBackendProvider provider() {
    return new DiffusionBackendProvider() {
      @Override
      public String name() {
        return "fake";
      }

      @Override
      public Availability probe() {
        return new Availability.Ready("arithmetic", 1);
      }

      @Override
      public DiffusionBackend open(DiffusionSettings opening) {
        return FakeDiffusionBackend.this;
      }
    };
  }

  /**
   * Sets a function to call before each evaluation, with {@code "text"}, {@code "encode"}, {@code
   * "decode"} or {@code "predict"}. It may throw, to simulate a failure.
   */
  public FakeDiffusionBackend onCall(Consumer<String> newHook) {
    hook = newHook;
    return this;
  }

  /**
   * Makes {@link #predict} throw an OutOfDeviceMemoryException for more than the given number of
   * rows times conditionings.
   */
  public FakeDiffusionBackend withMemoryFor(int rows) {
    rowsThatFit = rows;
    return this;
  }

  /** Makes the model one that was distilled with guidance and receives the guidance scale. */
  public FakeDiffusionBackend withGuidanceInput() {
    model = model.withGuidanceChannels(2);
    return this;
  }

  /** Sets the result of {@link #rowsPerCall}; default 4. */
  public FakeDiffusionBackend withRowsPerCall(int rows) {
    rowsPerCall = rows;
    return this;
  }

  /** Returns the calls of {@link #predict} that succeeded, in order. */
  public List<Call> calls() {
    return calls;
  }

  /** Returns the number of frames that {@link #encodeInLoop} encoded. */
  public int encodedInLoop() {
    return encodedInLoop;
  }

  /** Returns the number of frames that {@link #decodeInLoop} decoded. */
  public int decodedInLoop() {
    return decodedInLoop;
  }

  @Override
  public Latents encodeInLoop(List<Frame> frames, Monitor monitor) {
    encodedInLoop += frames.size();
    return encode(frames, monitor);
  }

  @Override
  public List<Frame> decodeInLoop(Latents latents, Monitor monitor) {
    decodedInLoop += latents.frames();
    return decode(latents, monitor);
  }

  /** Returns the number of calls of {@link #close}. */
  public int closings() {
    return closings;
  }

  @Override
  public ModelDescription model() {
    return model;
  }

  @Override
  public List<Embedding> encodeText(List<String> prompts) {
    hook.accept("text");
    List<Embedding> texts = new ArrayList<>();
    for (String prompt : prompts) {
      float[] samples = new float[TOKENS];
      Arrays.fill(samples, prompt.length() / 10f);
      texts.add(Embedding.of(TOKENS, 1, samples));
    }
    return texts;
  }

  @Override
  public Latents encode(List<Frame> frames, Monitor monitor) {
    hook.accept("encode");
    int width = frames.get(0).width() / SCALE;
    int height = frames.get(0).height() / SCALE;
    float[] latents = new float[frames.size() * CHANNELS * height * width];
    for (int f = 0; f < frames.size(); f++) {
      float[] rgb = frames.get(f).toFloat();
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          double all = 0;
          for (int c = 0; c < 3; c++) {
            double mean = blockMean(rgb, width * SCALE, x, y, c);
            all += mean / 3;
            latents[((f * CHANNELS + c) * height + y) * width + x] = toLatent(mean);
          }
          latents[((f * CHANNELS + 3) * height + y) * width + x] = toLatent(all);
        }
      }
    }
    return Latents.of(frames.size(), CHANNELS, height, width, latents);
  }

  private static float toLatent(double mean) {
    return (float) ((2 * mean - 1) * SCALING_FACTOR);
  }

  private static double blockMean(float[] rgb, int width, int x, int y, int c) {
    double sum = 0;
    for (int dy = 0; dy < SCALE; dy++) {
      for (int dx = 0; dx < SCALE; dx++) {
        sum += rgb[((y * SCALE + dy) * width + x * SCALE + dx) * 3 + c];
      }
    }
    return sum / (SCALE * SCALE);
  }

  @Override
  public List<Frame> decode(Latents latents, Monitor monitor) {
    hook.accept("decode");
    int broken = latents.firstNotFinite();
    if (broken >= 0) {
      throw new NotFiniteException("VAE decoder of fake", broken);
    }
    List<Frame> frames = new ArrayList<>();
    int width = latents.width() * SCALE;
    int height = latents.height() * SCALE;
    for (int f = 0; f < latents.frames(); f++) {
      float[] rgb = new float[width * height * 3];
      for (int i = 0; i < rgb.length; i++) {
        int pixel = i / 3;
        float sample = latents.at(f, i % 3, pixel / width / SCALE, pixel % width / SCALE);
        rgb[i] = (sample / SCALING_FACTOR + 1) / 2;
      }
      frames.add(Frame.ofFloat(width, height, rgb));
    }
    return frames;
  }

  @Override
  public Latents predict(UnetInput query, Monitor monitor) {
    hook.accept("predict");
    monitor.checkCancelled();
    int rows = query.sample().frames();
    if (rows * query.conditionings().size() > rowsThatFit) {
      throw new OutOfDeviceMemoryException("no room for " + rows + " rows", null);
    }
    for (ControlInput control : query.controls()) {
      if (settings.controlNets().stream().map(ControlNet::name).noneMatch(control.name()::equals)) {
        throw new IllegalArgumentException("no ControlNet '" + control.name() + "' was opened");
      }
    }
    List<Latents> sides = new ArrayList<>();
    Map<Boolean, float[][]> keeping = new HashMap<>();
    for (Conditioning conditioning : query.conditionings()) {
      sides.add(side(query, conditioning, keeping));
    }
    carried.putAll(keeping);
    calls.add(new Call(query));
    return Latents.concat(sides);
  }

  private Latents side(
      UnetInput query, Conditioning conditioning, Map<Boolean, float[][]> keeping) {
    Latents sample = query.sample();
    int rows = sample.frames();
    int size = sample.frameSize();
    float[][] x = new float[rows][];
    for (int row = 0; row < rows; row++) {
      x[row] = sample.slice(row, row + 1).toArray();
    }
    float[][] kept = carried.get(conditioning.negative());
    float[][] h = new float[rows][];
    for (int row = 0; row < rows; row++) {
      h[row] = mix(0.5, x[row], 0.2, seen(query.attention(), row, x, kept, 0));
    }
    float text = conditioning.text().toArray()[0];
    float[] output = new float[rows * size];
    for (int row = 0; row < rows; row++) {
      float[] y = mix(1, h[row], 0.1, seen(query.attention(), row, h, kept, 1));
      float shift = 0.3f * text + 0.0001f * query.timestep();
      for (ControlInput control : query.controls()) {
        shift += control.scale() * 0.4f * grey(control.pictures().get(row));
      }
      if (query.image().isPresent() && !conditioning.negative()) {
        ImageInput image = query.image().get();
        shift += image.scale() * 0.5f * mean(image.rows().get(row).toArray());
      }
      for (int i = 0; i < size; i++) {
        output[row * size + i] = y[i] + shift + extra(query, row, i);
      }
    }
    if (query.attention().cachedRow() >= 0) {
      int row = query.attention().cachedRow();
      keeping.put(conditioning.negative(), new float[][] {x[row], h[row]});
    }
    return Latents.of(rows, sample.channels(), sample.height(), sample.width(), output);
  }

  private static float extra(UnetInput query, int row, int index) {
    if (query.channels().isEmpty()) {
      return 0;
    }
    Latents channels = query.channels().get();
    int pixel = index % (channels.width() * channels.height());
    float sum = 0;
    for (int c = 0; c < EXTRA_CHANNELS; c++) {
      sum +=
          0.01f * (c + 1) * channels.at(row, c, pixel / channels.width(), pixel % channels.width());
    }
    return sum;
  }

  private static float[] seen(
      KeyValueRows attention, int row, float[][] values, float[][] kept, int place) {
    if (attention.isSelf()) {
      return values[row];
    }
    float[] mean = new float[values[row].length];
    for (int reference = 0; reference < attention.references(); reference++) {
      int from = attention.get(row, reference);
      if (from == KeyValueRows.CACHED && (kept == null || kept[place].length != mean.length)) {
        throw new IllegalStateException("row " + row + " looks at a row that was not kept");
      }
      float[] value = from == KeyValueRows.CACHED ? kept[place] : values[from];
      for (int i = 0; i < mean.length; i++) {
        mean[i] += value[i] / attention.references();
      }
    }
    return mean;
  }

  private static float[] mix(double a, float[] x, double b, float[] y) {
    float[] mixed = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      mixed[i] = (float) (a * x[i] + b * y[i]);
    }
    return mixed;
  }

  private static float grey(Frame picture) {
    return mean(picture.toFloat());
  }

  private static float mean(float[] samples) {
    double sum = 0;
    for (float sample : samples) {
      sum += sample;
    }
    return (float) (sum / samples.length);
  }

  @Override
  public int rowsPerCall(int latentWidth, int latentHeight, int conditionings) {
    return Math.max(1, rowsPerCall / conditionings);
  }

  @Override
  public void close() {
    closings++;
  }
}
