package org.diffsynth.app.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.frame.FrameRate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CutListTest {

  private static final FrameRate NTSC = new FrameRate(30000, 1001);

  @TempDir Path folder;

  private Shots read(String text) throws IOException {
    return CutList.read(Files.writeString(folder.resolve("cuts.txt"), text), NTSC);
  }

  @Test
  void read_numbersAndTimecodes_areFrames() throws IOException {
    assertThat(read("\uFEFF# my cuts\n0\n 12 # the door\n\r\n00:00:04.004\n1:10,5\n"))
        .isEqualTo(Shots.startingAt(List.of(12, 120, 2113)));
    assertThat(read("")).isEqualTo(Shots.NONE);
  }

  @Test
  void read_sceneListOfPySceneDetect_countsFromOne() throws IOException {
    assertThat(
            read(
                "Timecode List:,00:00:00.400\n"
                    + "Scene Number,Start Frame,Start Timecode,Start Time (seconds),End Frame\n"
                    + "1,1,00:00:00.000,0.000,12\n"
                    + "2,13,00:00:00.400,0.400,24\n"))
        .isEqualTo(Shots.startingAt(List.of(12)));
  }

  @Test
  void read_anythingElse_namesTheLine() {
    assertThatThrownBy(() -> read("5\ntwelve\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cuts.txt, line 2: 'twelve'")
        .hasMessageContaining("00:00:04.800");
    assertThatThrownBy(() -> read("-3\n")).hasMessageContaining("line 1: '-3'");
    assertThatThrownBy(() -> CutList.read(folder.resolve("none.txt"), NTSC))
        .isInstanceOf(IOException.class);
  }

  @Test
  void text_readAgain_isTheList() throws IOException {
    assertThat(read(CutList.text(List.of(7, 90)))).isEqualTo(Shots.startingAt(List.of(7, 90)));
  }
}
