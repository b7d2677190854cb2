package org.diffsynth.spi;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;

/**
 * The input of one evaluation of a UNet with its ControlNets, for a batch of frames.
 *
 * <p>Each frame of {@code sample} is a <em>row</em>. Each row is evaluated once per conditioning,
 * so that the output holds the rows under the first conditioning, then the rows under the second.
 * Control pictures and attention are equal for all conditionings. A backend may evaluate the batch
 * in one piece or in several; the result must be the same.
 *
 * @param sample noisy latents x_t, {@code (rows, channels, height/8, width/8)}
 * @param timestep number that the UNet receives; may lie between whole timesteps, and the backend
 *     rounds it for a model that accepts integers only
 * @param conditionings one or two conditionings; of two, the first is the negative branch of
 *     classifier-free guidance. All embeddings have equal shapes
 * @param attention the keys and values that the self-attention of each row uses
 * @param controls inputs of the ControlNets to run, whose residuals are added up; may be empty
 * @param image image prompt for a model with {@link ModelDescription#imageInput}; if empty, the
 *     model gets zeros
 * @param channels latents to append to the input channels, for a model with {@link
 *     ModelDescription#extraChannels}, {@code (rows, extraChannels, height/8, width/8)}; if empty,
 *     the model gets zeros
 * @param guidanceScale guidance scale that a model with {@link ModelDescription#guidanceChannels}
 *     receives, at least 1; other models ignore it
 */
public record UnetInput(
    Latents sample,
    float timestep,
    List<Conditioning> conditionings,
    KeyValueRows attention,
    List<ControlInput> controls,
    Optional<ImageInput> image,
    Optional<Latents> channels,
    double guidanceScale) {

  /** Checks that all parts have as many rows as {@code sample}. */
  public UnetInput {
    Objects.requireNonNull(sample, "sample");
    conditionings = List.copyOf(conditionings);
    Objects.requireNonNull(attention, "attention");
    controls = List.copyOf(controls);
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(channels, "channels");
    if (conditionings.isEmpty()) {
      throw new IllegalArgumentException("conditionings must not be empty");
    }
    int tokens = conditionings.get(0).text().tokens();
    for (Conditioning conditioning : conditionings) {
      if (conditioning.text().tokens() != tokens) {
        throw new IllegalArgumentException(
            Text.format(
                "all conditionings must have the same number of tokens, but had %d and %d",
                tokens, conditioning.text().tokens()));
      }
    }
    if (!attention.isSelf() && attention.rows() != sample.frames()) {
      throw new IllegalArgumentException(
          Text.format(
              "attention must have one row per frame, but had %d for %d frames",
              attention.rows(), sample.frames()));
    }
    for (ControlInput control : controls) {
      if (control.pictures().size() != sample.frames()) {
        throw new IllegalArgumentException(
            Text.format(
                "ControlNet '%s' must have one picture per frame, but had %d for %d frames",
                control.name(), control.pictures().size(), sample.frames()));
      }
    }
    if (image.isPresent() && image.get().rows().size() != sample.frames()) {
      throw new IllegalArgumentException(
          Text.format(
              "the image prompt must have one embedding per frame, but had %d for %d frames",
              image.get().rows().size(), sample.frames()));
    }
    if (channels.isPresent()
        && (channels.get().frames() != sample.frames()
            || channels.get().height() != sample.height()
            || channels.get().width() != sample.width())) {
      throw new IllegalArgumentException(
          Text.format(
              "channels must have the frames and the size of %s, but were %s",
              sample.shape(), channels.get().shape()));
    }
    if (!(guidanceScale >= 1)) {
      throw new IllegalArgumentException(
          "guidanceScale must be at least 1, but was " + guidanceScale);
    }
  }

  /** Creates an input without image prompt, additional channels and guidance scale. */
  public UnetInput(
      Latents sample,
      float timestep,
      List<Conditioning> conditionings,
      KeyValueRows attention,
      List<ControlInput> controls) {
    this(
        sample,
        timestep,
        conditionings,
        attention,
        controls,
        Optional.empty(),
        Optional.empty(),
        1);
  }

  /** Returns a copy of this input with the given conditionings. */
  public UnetInput withConditionings(List<Conditioning> others) {
    return new UnetInput(
        sample, timestep, others, attention, controls, image, channels, guidanceScale);
  }

  /** Returns a copy of this input with the given image prompt. */
  public UnetInput withImage(ImageInput newImage) {
    return new UnetInput(
        sample,
        timestep,
        conditionings,
        attention,
        controls,
        Optional.of(newImage),
        channels,
        guidanceScale);
  }

  /** Returns a copy of this input with the given additional channels. */
  public UnetInput withChannels(Latents newChannels) {
    return new UnetInput(
        sample,
        timestep,
        conditionings,
        attention,
        controls,
        image,
        Optional.of(newChannels),
        guidanceScale);
  }

  /** Returns a copy of this input with the given guidance scale, at least 1. */
  public UnetInput withGuidanceScale(double scale) {
    return new UnetInput(
        sample, timestep, conditionings, attention, controls, image, channels, scale);
  }

  /**
   * The prompt that all rows of a {@link UnetInput} are evaluated with in one guidance branch.
   *
   * @param text embedding of the prompt
   * @param negative whether this is the negative branch of classifier-free guidance, in which
   *     ControlNets that pool over the whole picture are not run
   */
  public record Conditioning(Embedding text, boolean negative) {

    /** Checks that an embedding is given. */
    public Conditioning {
      Objects.requireNonNull(text, "text");
    }
  }

  /**
   * The input of one ControlNet.
   *
   * @param name name of an opened ControlNet
   * @param pictures one control picture per row, with the size of the decoded frames and samples in
   *     [0, 1]
   * @param scale factor on the residuals of the ControlNet, above 0
   */
  public record ControlInput(String name, List<Frame> pictures, float scale) {

    /**
     * Creates a {@code ControlInput} from its components.
     *
     * @throws IllegalArgumentException if a component is outside its documented range
     */
    public ControlInput {
      Objects.requireNonNull(name, "name");
      pictures = List.copyOf(pictures);
      if (!(scale > 0)) {
        throw new IllegalArgumentException("scale must be above 0, but was " + scale);
      }
    }
  }

  /**
   * The image prompt of an IP-Adapter.
   *
   * @param rows one embedding per row, all of one shape that {@link ModelDescription#imageInput}
   *     accepts; in the negative guidance branch the model gets zeros instead
   * @param scale factor on the contribution of the adapter, at least 0
   */
  public record ImageInput(List<Embedding> rows, float scale) {

    /**
     * Creates a {@code ImageInput} from its components.
     *
     * @throws IllegalArgumentException if a component is outside its documented range
     */
    public ImageInput {
      rows = List.copyOf(rows);
      if (!(scale >= 0)) {
        throw new IllegalArgumentException("scale must be at least 0, but was " + scale);
      }
    }
  }

  /**
   * The keys and values that the self-attention of each row uses. Immutable.
   *
   * <p>Row {@code b} attends to the keys and values of rows {@code get(b, 0)}, {@code get(b, 1)}
   * and so on, concatenated along the sequence in this order. A row that is named twice counts
   * twice. Rows are numbered within one conditioning: every {@link Conditioning} of the input uses
   * the same pattern, and none attends to rows of another conditioning.
   */
  public static final class KeyValueRows {

    /**
     * Row number that stands for the cached row: the keys and values that an earlier evaluation
     * with {@link #cachedRow} stored at each self-attention layer, separately for the negative and
     * the positive conditioning.
     */
    public static final int CACHED = -1;

    /** Ordinary self-attention: every row attends to itself. */
    public static final KeyValueRows SELF = new KeyValueRows(new int[0][], -1);

    private final int[][] rows;
    private final int cachedRow;

    private KeyValueRows(int[][] rows, int cachedRow) {
      this.rows = rows;
      this.cachedRow = cachedRow;
    }

    /**
     * Creates an attention pattern from explicit row numbers.
     *
     * @param rows for each row of the input, the rows that it attends to: equally many for each
     *     row, each a row number or {@link #CACHED}
     * @param cachedRow row whose keys and values the backend stores for later evaluations, or -1
     *     for none
     */
    public static KeyValueRows of(int[][] rows, int cachedRow) {
      if (rows.length == 0 || rows[0].length == 0) {
        throw new IllegalArgumentException("every row must attend to at least one row");
      }
      if (cachedRow < -1 || cachedRow >= rows.length) {
        throw new IllegalArgumentException(
            Text.format("cachedRow must be in [-1, %d), but was %d", rows.length, cachedRow));
      }
      int[][] copy = new int[rows.length][];
      for (int row = 0; row < rows.length; row++) {
        if (rows[row].length != rows[0].length) {
          throw new IllegalArgumentException(
              Text.format(
                  "all rows must attend to equally many rows, but row 0 attends to %d and row %d to %d",
                  rows[0].length, row, rows[row].length));
        }
        for (int seen : rows[row]) {
          if (seen < CACHED || seen >= rows.length) {
            throw new IllegalArgumentException(
                Text.format(
                    "row %d must attend to rows in [-1, %d), but was %d", row, rows.length, seen));
          }
        }
        copy[row] = rows[row].clone();
      }
      return new KeyValueRows(copy, cachedRow);
    }

    /** Returns whether this is ordinary self-attention. */
    public boolean isSelf() {
      return rows.length == 0;
    }

    /** Returns the number of rows; 0 for {@link #SELF}, which fits any input. */
    public int rows() {
      return rows.length;
    }

    /** Returns the number of rows that each row attends to; 0 for {@link #SELF}. */
    public int references() {
      return rows.length == 0 ? 0 : rows[0].length;
    }

    /** Returns entry {@code reference} of the rows that {@code row} attends to. */
    public int get(int row, int reference) {
      return rows[row][reference];
    }

    /** Returns whether any row attends to {@link #CACHED}. */
    public boolean usesCached() {
      return Arrays.stream(rows).flatMapToInt(Arrays::stream).anyMatch(seen -> seen == CACHED);
    }

    /**
     * Returns the row whose keys and values the backend stores, replacing those stored before, or
     * -1 to leave them as they are. An evaluation that fails stores nothing.
     */
    public int cachedRow() {
      return cachedRow;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof KeyValueRows that
          && cachedRow == that.cachedRow
          && Arrays.deepEquals(rows, that.rows);
    }

    @Override
    public int hashCode() {
      return 31 * cachedRow + Arrays.deepHashCode(rows);
    }

    @Override
    public String toString() {
      return isSelf()
          ? "self"
          : Arrays.deepToString(rows) + (cachedRow < 0 ? "" : ", cachedRow " + cachedRow);
    }
  }
}
