package org.diffsynth.spi;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;

/**
 * One evaluation of the UNet with its ControlNets, on a batch of frames.
 *
 * <p>The frames of {@code sample} are the <em>rows</em>. Each row is evaluated under each
 * conditioning: the batch is the rows under the first, then the rows under the second. Control
 * pictures and attention are the same for all conditionings. A backend may evaluate the batch in
 * one piece or in several, as long as the result is the same.
 *
 * @param sample x_t, one frame per row
 * @param timestep what the UNet is told; may lie between whole numbers, and is rounded to the
 *     nearest for a model that takes whole ones
 * @param conditionings one or two, the negative first; all texts have as many tokens
 * @param attention whose keys and values each row uses
 * @param controls the ControlNets that run, their residuals add up; empty for none
 * @param image the image prompt, for a model with {@link ModelDescription#imageInput}; a model that
 *     takes one and gets none sees zeros
 * @param channels what goes beside the latents, for a model with {@link
 *     ModelDescription#extraChannels}, one frame per row; without them such a model sees zeros
 */
public record UnetInput(
    Latents sample,
    float timestep,
    List<Conditioning> conditionings,
    KeyValueRows attention,
    List<ControlInput> controls,
    Optional<ImageInput> image,
    Optional<Latents> channels) {

  /** Checks that the parts fit. */
  public UnetInput {
    Objects.requireNonNull(sample, "sample");
    conditionings = List.copyOf(conditionings);
    Objects.requireNonNull(attention, "attention");
    controls = List.copyOf(controls);
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(channels, "channels");
    if (conditionings.isEmpty()) {
      throw new IllegalArgumentException("at least one conditioning is needed, got none");
    }
    int tokens = conditionings.get(0).text().tokens();
    for (Conditioning conditioning : conditionings) {
      if (conditioning.text().tokens() != tokens) {
        throw new IllegalArgumentException(
            "all conditionings must have as many tokens, were %d and %d"
                .formatted(tokens, conditioning.text().tokens()));
      }
    }
    if (!attention.isSelf() && attention.rows() != sample.frames()) {
      throw new IllegalArgumentException(
          "attention must have a row per frame, was %d for %d frames"
              .formatted(attention.rows(), sample.frames()));
    }
    for (ControlInput control : controls) {
      if (control.pictures().size() != sample.frames()) {
        throw new IllegalArgumentException(
            "ControlNet '%s' must have a picture per frame, was %d for %d frames"
                .formatted(control.name(), control.pictures().size(), sample.frames()));
      }
    }
    if (image.isPresent() && image.get().rows().size() != sample.frames()) {
      throw new IllegalArgumentException(
          "the image prompt must have an embedding per frame, was %d for %d frames"
              .formatted(image.get().rows().size(), sample.frames()));
    }
    if (channels.isPresent()
        && (channels.get().frames() != sample.frames()
            || channels.get().height() != sample.height()
            || channels.get().width() != sample.width())) {
      throw new IllegalArgumentException(
          "further channels must have the frames and the size of %s, were %s"
              .formatted(sample.shape(), channels.get().shape()));
    }
  }

  /** A query without an image prompt and further channels. */
  public UnetInput(
      Latents sample,
      float timestep,
      List<Conditioning> conditionings,
      KeyValueRows attention,
      List<ControlInput> controls) {
    this(sample, timestep, conditionings, attention, controls, Optional.empty(), Optional.empty());
  }

  /** The same under other conditionings. */
  public UnetInput withConditionings(List<Conditioning> others) {
    return new UnetInput(sample, timestep, others, attention, controls, image, channels);
  }

  /** The same with an image prompt. */
  public UnetInput withImage(ImageInput newImage) {
    return new UnetInput(
        sample, timestep, conditionings, attention, controls, Optional.of(newImage), channels);
  }

  /** The same with channels beside the latents. */
  public UnetInput withChannels(Latents newChannels) {
    return new UnetInput(
        sample, timestep, conditionings, attention, controls, image, Optional.of(newChannels));
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

    /** Checks the scale. */
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

    /** Checks the scale. */
    public ImageInput {
      rows = List.copyOf(rows);
      if (!(scale >= 0)) {
        throw new IllegalArgumentException("scale must be at least 0, but was " + scale);
      }
    }
  }

  /**
   * Whose keys and values the self-attention of each row of a {@link UnetInput} uses. Immutable.
   *
   * <p>Row {@code b} attends to the keys and values of rows {@code get(b, 0)}, {@code get(b, 1)}, …
   * joined along the sequence in that order; a row named twice counts twice. Rows are counted
   * within one prompt: the same holds for every {@link UnetInput.Conditioning} of the query, and
   * none sees another's rows.
   */
  public static final class KeyValueRows {

    /**
     * Names the row that an earlier query with {@link #keep} set left behind, under the same kind
     * of conditioning: its keys and values as they were at each place of self-attention.
     */
    public static final int CARRIED = -1;

    /** Ordinary self-attention: every row sees itself. */
    public static final KeyValueRows SELF = new KeyValueRows(new int[0][], -1);

    private final int[][] rows;
    private final int keep;

    private KeyValueRows(int[][] rows, int keep) {
      this.rows = rows;
      this.keep = keep;
    }

    /**
     * Rows to look at.
     *
     * @param rows for each row of the query as many entries, each a row of the query or {@link
     *     #CARRIED}
     * @param keep row whose keys and values the backend keeps for later queries, or -1 for none
     */
    public static KeyValueRows of(int[][] rows, int keep) {
      if (rows.length == 0 || rows[0].length == 0) {
        throw new IllegalArgumentException("every row must look at one row at least, got none");
      }
      if (keep < -1 || keep >= rows.length) {
        throw new IllegalArgumentException(
            "keep must be in [-1, %d), was %d".formatted(rows.length, keep));
      }
      int[][] copy = new int[rows.length][];
      for (int row = 0; row < rows.length; row++) {
        if (rows[row].length != rows[0].length) {
          throw new IllegalArgumentException(
              "all rows must look at as many rows, but row 0 looks at %d and row %d at %d"
                  .formatted(rows[0].length, row, rows[row].length));
        }
        for (int seen : rows[row]) {
          if (seen < CARRIED || seen >= rows.length) {
            throw new IllegalArgumentException(
                "row %d must look at rows in [-1, %d), was %d".formatted(row, rows.length, seen));
          }
        }
        copy[row] = rows[row].clone();
      }
      return new KeyValueRows(copy, keep);
    }

    /** Whether this is ordinary self-attention, with nothing to gather. */
    public boolean isSelf() {
      return rows.length == 0;
    }

    /** Number of rows; 0 for {@link #SELF}, which fits any query. */
    public int rows() {
      return rows.length;
    }

    /** How many rows each row looks at; 0 for {@link #SELF}. */
    public int references() {
      return rows.length == 0 ? 0 : rows[0].length;
    }

    /** The row that {@code row} looks at in place {@code reference}, or {@link #CARRIED}. */
    public int get(int row, int reference) {
      return rows[row][reference];
    }

    /** Whether any row looks at {@link #CARRIED}. */
    public boolean usesCarried() {
      return Arrays.stream(rows).flatMapToInt(Arrays::stream).anyMatch(seen -> seen == CARRIED);
    }

    /**
     * The row whose keys and values the backend keeps, replacing what it kept before, or -1 to
     * leave that as it is. A query that fails keeps nothing new.
     */
    public int keep() {
      return keep;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof KeyValueRows that
          && keep == that.keep
          && Arrays.deepEquals(rows, that.rows);
    }

    @Override
    public int hashCode() {
      return 31 * keep + Arrays.deepHashCode(rows);
    }

    @Override
    public String toString() {
      return isSelf() ? "self" : Arrays.deepToString(rows) + (keep < 0 ? "" : ", keep " + keep);
    }
  }
}
