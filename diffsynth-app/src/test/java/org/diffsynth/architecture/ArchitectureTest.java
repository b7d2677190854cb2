package org.diffsynth.architecture;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the rules of docs/design.md about modules and packages. */
class ArchitectureTest {

  private static final Path ROOT = Path.of("..");

  /** Top-level public types in exported packages of diffsynth-api. */
  private static final int MOST_API_TYPES = 76;

  /** Which modules the classes of a module may refer to, besides their own. */
  private static final Map<String, Set<String>> ALLOWED =
      Map.ofEntries(
          Map.entry("diffsynth-api", Set.of()),
          Map.entry("diffsynth-testkit", Set.of("diffsynth-api")),
          Map.entry("diffsynth-control", Set.of("diffsynth-api")),
          Map.entry("diffsynth-patchmatch", Set.of("diffsynth-api")),
          Map.entry("diffsynth-jobs", Set.of("diffsynth-api")),
          Map.entry(
              "diffsynth-metrics",
              Set.of("diffsynth-api", "diffsynth-control", "diffsynth-patchmatch")),
          Map.entry("diffsynth-cuda-kernels", Set.of("diffsynth-api")),
          Map.entry(
              "diffsynth-onnx", Set.of("diffsynth-api", "diffsynth-control", "diffsynth-metrics")),
          Map.entry("diffsynth-video", Set.of("diffsynth-api")),
          Map.entry("diffsynth-javacv", Set.of("diffsynth-api")),
          Map.entry("diffsynth-model-quickstart", Set.of("diffsynth-api")),
          Map.entry(
              "diffsynth-app",
              Set.of(
                  "diffsynth-api",
                  "diffsynth-jobs",
                  "diffsynth-testkit",
                  "diffsynth-control",
                  "diffsynth-patchmatch",
                  "diffsynth-metrics",
                  "diffsynth-onnx",
                  "diffsynth-video",
                  "diffsynth-model-quickstart")));

  /** Matches the module in the location of a class: a folder of the build, or a jar. */
  private static final Pattern MODULE =
      Pattern.compile(".*/(diffsynth-[a-z]+(?:-kernels|-quickstart)?)(?:/target/|-[0-9]).*");

  private static JavaClasses classes;

  @BeforeAll
  static void readClasses() {
    ImportOption mainOnly =
        (Location location) ->
            !location.contains("/test-classes/") && !location.contains("-tests.jar");
    classes = new ClassFileImporter().withImportOption(mainOnly).importPackages("org.diffsynth");
    assertThat(classes.stream().map(ArchitectureTest::module).distinct())
        .containsExactlyInAnyOrderElementsOf(ALLOWED.keySet());
  }

  private static String module(JavaClass type) {
    String location = type.getSource().orElseThrow().getUri().toString();
    Matcher matcher = MODULE.matcher(location);
    assertThat(matcher.matches()).as(location).isTrue();
    return matcher.group(1);
  }

  @Test
  void packages_haveNoCircles() {
    SliceAssignment packages =
        new SliceAssignment() {
          @Override
          public SliceIdentifier getIdentifierOf(JavaClass type) {
            return type.getPackageName().startsWith("org.diffsynth")
                ? SliceIdentifier.of(type.getPackageName())
                : SliceIdentifier.ignore();
          }

          @Override
          public String getDescription() {
            return "every package";
          }
        };
    slices().assignedFrom(packages).should().beFreeOfCycles().check(classes);
  }

  @Test
  void modules_referToNoOthersThanDesigned() {
    List<String> strangers = new ArrayList<>();
    for (JavaClass type : classes) {
      String from = module(type);
      type.getDirectDependenciesFromSelf().stream()
          .map(it -> it.getTargetClass().getBaseComponentType())
          .filter(target -> target.getPackageName().startsWith("org.diffsynth"))
          .map(ArchitectureTest::module)
          .filter(to -> !to.equals(from) && !ALLOWED.get(from).contains(to))
          .forEach(to -> strangers.add(type.getName() + " in " + from + " refers to " + to));
    }
    assertThat(strangers).isEmpty();
  }

  @Test
  void packages_liveInOneModuleEach() {
    Map<String, Set<String>> homes = new TreeMap<>();
    classes.forEach(
        type ->
            homes.computeIfAbsent(type.getPackageName(), key -> new TreeSet<>()).add(module(type)));
    homes.values().removeIf(modules -> modules.size() == 1);
    assertThat(homes).isEmpty();
  }

  @Test
  void api_refersToTheJdkAndSlf4jOnly() {
    DescribedPredicate<JavaClass> foreign =
        DescribedPredicate.describe(
            "outside of the JDK, slf4j and this project",
            type ->
                !type.getPackageName().isEmpty()
                    && !type.getPackageName()
                        .matches("(java|javax|jdk\\.jfr|org\\.slf4j|org\\.w3c)\\b.*")
                    && !type.getPackageName().startsWith("org.diffsynth"));
    Set<String> found = new TreeSet<>();
    for (JavaClass type : classes) {
      if (module(type).equals("diffsynth-api")) {
        type.getDirectDependenciesFromSelf().stream()
            .map(it -> it.getTargetClass().getBaseComponentType())
            .filter(foreign)
            .forEach(target -> found.add(type.getName() + " → " + target.getName()));
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void internalPackages_areExportedToNobodyOrToOurModulesOnly() throws IOException {
    for (ModuleDescriptor descriptor : descriptors().values()) {
      for (ModuleDescriptor.Exports exports : descriptor.exports()) {
        if (exports.source().contains(".internal")) {
          assertThat(exports.targets())
              .as(descriptor.name() + " exports " + exports.source())
              .isNotEmpty()
              .allMatch(target -> target.startsWith("org.diffsynth."));
        }
      }
    }
  }

  @Test
  void api_exportsFewTypes() throws IOException {
    Set<String> exported =
        descriptors().get("diffsynth-api").exports().stream()
            .filter(exports -> !exports.isQualified())
            .map(ModuleDescriptor.Exports::source)
            .collect(toCollection(TreeSet::new));
    Set<String> types =
        classes.stream()
            .filter(type -> exported.contains(type.getPackageName()))
            .filter(type -> type.getEnclosingClass().isEmpty())
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .map(JavaClass::getName)
            .collect(toCollection(TreeSet::new));
    assertThat(types).hasSizeLessThanOrEqualTo(MOST_API_TYPES);
  }

  /** The descriptors of all modules that have one, by folder. */
  private static Map<String, ModuleDescriptor> descriptors() throws IOException {
    Map<String, ModuleDescriptor> found = new TreeMap<>();
    for (String module : ALLOWED.keySet()) {
      Path file = ROOT.resolve(module).resolve("target/classes/module-info.class");
      if (Files.exists(file)) {
        try (InputStream in = Files.newInputStream(file)) {
          found.put(module, ModuleDescriptor.read(in));
        }
      }
    }
    assertThat(found).hasSizeGreaterThan(5);
    return found;
  }

  /**
   * {@code "%s …" + Text.format("…", x)} formats the last literal only: the literals before it must
   * be free of format specifiers, or the whole sum must be the argument.
   */
  @Test
  void messages_joinedFromLiterals_areFormattedAsAWhole() throws IOException {
    String literal = "\"(?:\\\\.|[^\"\\\\\\n])*\"";
    Pattern sum = Pattern.compile("((?:%s\\s*\\+\\s*)+)Text\\.format\\(".formatted(literal));
    List<String> broken = new ArrayList<>();
    for (Path source : sources()) {
      Matcher matcher = sum.matcher(Files.readString(source));
      while (matcher.find()) {
        if (matcher.group(1).replace("%%", "").contains("%")) {
          broken.add(source.getFileName() + ": " + matcher.group());
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  private static List<Path> sources() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String module : ALLOWED.keySet()) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(found::add);
      }
    }
    assertThat(found).hasSizeGreaterThan(100);
    return found;
  }

  @Test
  void bom_namesEveryPublishedModule() throws IOException {
    String bom = Files.readString(ROOT.resolve("diffsynth-bom/pom.xml"));
    for (String module : ALLOWED.keySet()) {
      assertThat(bom).contains("<artifactId>" + module + "</artifactId>");
    }
    assertThat(bom).doesNotContain("jackson").doesNotContain("slf4j").doesNotContain("junit");
  }

  @Test
  void bom_hasTheVersionsThatTheBuildHas() throws IOException {
    String bom = Files.readString(ROOT.resolve("diffsynth-bom/pom.xml"));
    String parent = Files.readString(ROOT.resolve("pom.xml"));
    Matcher versions = Pattern.compile("<([a-z]+\\.version)>([^<]+)<").matcher(bom);
    int count = 0;
    while (versions.find()) {
      assertThat(parent)
          .contains("<%1$s>%2$s</%1$s>".formatted(versions.group(1), versions.group(2)));
      count++;
    }
    assertThat(count).isEqualTo(4);
    assertThat(version(bom)).isEqualTo(version(parent));
  }

  private static String version(String pom) {
    Matcher matcher = Pattern.compile("<revision>([^<]+)</revision>").matcher(pom);
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }
}
