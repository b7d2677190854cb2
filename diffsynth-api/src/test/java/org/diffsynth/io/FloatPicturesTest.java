package org.diffsynth.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.diffsynth.frame.Frame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Renderers write distances as 32-bit TIFF. */
class FloatPicturesTest {

  @TempDir Path folder;

  @Test
  void read_ofAFloatTiff_keepsTheNumbers() throws IOException {
    ColorSpace grey = ColorSpace.getInstance(ColorSpace.CS_GRAY);
    ComponentColorModel model =
        new ComponentColorModel(grey, false, false, Transparency.OPAQUE, DataBuffer.TYPE_FLOAT);
    WritableRaster raster = model.createCompatibleWritableRaster(2, 1);
    raster.setPixels(0, 0, 2, 1, new float[] {0.25f, 123.5f});
    BufferedImage image = new BufferedImage(model, raster, false, null);
    Path file = folder.resolve("z.tif");
    assertThat(ImageIO.write(image, "tiff", file.toFile())).isTrue();
    Frame frame = FrameFiles.readPicture(file);
    assertThat(frame.depth()).isEqualTo(Frame.Depth.FLOAT);
    assertThat(frame.toFloat()).containsExactly(0.25f, 0.25f, 0.25f, 123.5f, 123.5f, 123.5f);
  }
}
