package org.diffsynth.pose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoseJsonTest {

  private static String numbers(int points) {
    return IntStream.range(0, points)
        .mapToObj(i -> i + ".5, -" + i + "e-1, 0.5")
        .collect(Collectors.joining(",", "[", "]"));
  }

  @Test
  void parse_ofOpenPosesFile_findsAllParts() {
    Pose pose =
        PoseJson.parse(
            """
            {"version":1.3,"people":[{"person_id":[-1],"pose_keypoints_2d":%s,
              "face_keypoints_2d":%s,"hand_left_keypoints_2d":[],"hand_right_keypoints_2d":null,
              "pose_keypoints_3d":[]}]}
            """
                .formatted(numbers(25), numbers(70)));
    PosePerson person = pose.people().get(0);
    assertThat(person.body()).hasSize(25);
    assertThat(person.body().get(3)).isEqualTo(new KeyPoint(3.5, -0.3, 0.5));
    assertThat(person.body18()).hasSize(18);
    assertThat(person.body18().get(8)).as("right hip").isEqualTo(person.body().get(9));
    assertThat(person.body18().get(17)).as("left ear").isEqualTo(person.body().get(18));
    assertThat(person.face()).hasSize(70);
    assertThat(person.leftHand()).isEmpty();
    assertThat(person.rightHand()).isEmpty();
  }

  @Test
  void parse_ofWhatFormatWrote_isEqual() {
    List<KeyPoint> body = new ArrayList<>();
    for (int i = 0; i < 18; i++) {
      body.add(i % 5 == 0 ? KeyPoint.MISSING : new KeyPoint(100.0 / (i + 1), 1e-7 * i, 1.0 / i));
    }
    PosePerson one = PosePerson.ofBody(body);
    PosePerson hands = new PosePerson(List.of(), List.of(), body18To21(body), List.of());
    Pose pose = new Pose(List.of(one, hands));
    assertThat(PoseJson.parse(PoseJson.format(pose))).isEqualTo(pose);
    assertThat(PoseJson.parse(PoseJson.format(Pose.EMPTY))).isEqualTo(Pose.EMPTY);
  }

  private static List<KeyPoint> body18To21(List<KeyPoint> body) {
    List<KeyPoint> hand = new ArrayList<>(body);
    hand.addAll(body.subList(0, 3));
    return hand;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "%PDF-1.7",
        "{\"people\":[}",
        "{\"people\":[]} x",
        "{\"people\":[]} {}",
        "{\"people\":[],}",
        "{\"people\":[],\"people\":[]}",
        "{\"people\":[01]}",
        "{\"people\":[NaN]}",
        "{\"people\":[1.]}",
        "{\"peo\\qple\":[]}",
        "{\"people\":[\"a\nb\"]}",
        "{\"people\":[truth]}",
        "{'people':[]}"
      })
  void parse_ofInvalidJson_namesLineAndColumn(String text) {
    assertThatThrownBy(() -> PoseJson.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(?s)not valid JSON at line \\d+, column \\d+: .+");
  }

  @Test
  void parse_ofOtherJson_saysWhatIsWrong() {
    assertThatThrownBy(() -> PoseJson.parse("[]")).hasMessageContaining("'people'");
    assertThatThrownBy(() -> PoseJson.parse("{\"people\":{}}")).hasMessageContaining("'people'");
    assertThatThrownBy(() -> PoseJson.parse("{\"people\":[3]}"))
        .hasMessage("people[0] must be an object");
    assertThatThrownBy(() -> person("[1,2]")).hasMessageContaining("x, y, confidence");
    assertThatThrownBy(() -> person("[1,2,\"3\"]")).hasMessageContaining("[0] must be three");
    assertThatThrownBy(() -> person("[1,2,-3]"))
        .hasMessageContaining("people[0]: pose_keypoints_2d[0]: confidence");
    assertThatThrownBy(() -> person("[0,0,0,1,1e999,1]"))
        .hasMessageContaining("people[0]: pose_keypoints_2d[3]: x and y must be finite");
    assertThatThrownBy(() -> person("7")).hasMessageContaining("x, y, confidence");
    assertThatThrownBy(() -> person("[1,2,3]"))
        .hasMessage("people[0]: body must have 0, 18 or 25 points, but had 1");
    assertThatThrownBy(() -> PoseJson.parse("[".repeat(100000)))
        .hasMessageContaining("nesting depth");
  }

  @Test
  void parse_ofInvalidJsonInTheThirdLine_pointsThere() {
    assertThatThrownBy(() -> PoseJson.parse("{\n  \"people\": [\n    {]\n}"))
        .hasMessageContaining("at line 3, column 6");
  }

  @Test
  void format_ofOnePoint_isOneLineOfJson() {
    List<KeyPoint> body = new ArrayList<>(Collections.nCopies(18, KeyPoint.MISSING));
    body.set(0, new KeyPoint(1e-7, 2, 0.5));
    assertThat(PoseJson.format(new Pose(List.of(PosePerson.ofBody(body)))))
        .startsWith(
            "{\"version\":1.3,\"people\":[{\"person_id\":[-1],\"pose_keypoints_2d\":"
                + "[1.0E-7,2.0,0.5,0.0,0.0,0.0,")
        .endsWith(
            ",\"face_keypoints_2d\":[],\"hand_left_keypoints_2d\":[],"
                + "\"hand_right_keypoints_2d\":[]}]}");
  }

  private static Pose person(String body) {
    return PoseJson.parse("{\"people\":[{\"pose_keypoints_2d\":" + body + "}]}");
  }

  @Test
  void read_ofFiles_ordersThemAndNamesBadOnes(@TempDir Path folder) throws IOException {
    List<Pose> poses =
        IntStream.range(0, 11)
            .mapToObj(
                i ->
                    new Pose(
                        List.of(PosePerson.ofBody(Collections.nCopies(18, new KeyPoint(i, 0, 1))))))
            .toList();
    for (int i = 0; i < poses.size(); i++) {
      PoseJson.write(folder.resolve("v2_" + i + "_keypoints.json"), poses.get(i));
    }
    assertThat(PoseJson.readFolder(folder)).isEqualTo(poses);
    Path bad = folder.resolve("v2_11_keypoints.json");
    Files.write(bad, new byte[] {(byte) 0xFF, 0});
    assertThatThrownBy(() -> PoseJson.readFolder(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("v2_11_keypoints.json");
    Files.writeString(bad, "{}");
    assertThatThrownBy(() -> PoseJson.read(bad))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("v2_11_keypoints.json: not a pose file of OpenPose");
    Files.move(bad, folder.resolve("other_03.json"));
    assertThatThrownBy(() -> PoseJson.readFolder(folder)).hasMessageContaining("same frame number");
    Files.move(folder.resolve("other_03.json"), folder.resolve("other.json"));
    assertThatThrownBy(() -> PoseJson.readFolder(folder)).hasMessageContaining("no frame number");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> PoseJson.readFolder(empty)).hasMessageContaining("no file");
  }
}
