import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;

/**
 * Checks a staged repository by the rules of Maven Central (https://central.sonatype.org/publish/requirements): complete
 * poms without snapshots, sources, Javadoc, signatures that verify, checksums; and by our own: an SBOM, and licence and
 * notice in every jar.
 *
 * <p>Run: {@code java .ci/CheckStaging.java target/staging VERSION}
 */
public final class CheckStaging {

  private static final List<String> POM_ELEMENTS =
      List.of(
          "name", "description", "url", "licenses/license/name", "licenses/license/url", "scm/url", "scm/connection",
          "developers/developer/name", "developers/developer/organization");

  private final List<String> faults = new ArrayList<>();
  private final String version;

  private CheckStaging(String version) {
    this.version = version;
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 2) {
      System.err.println("usage: java .ci/CheckStaging.java STAGING VERSION");
      System.exit(2);
    }
    CheckStaging check = new CheckStaging(arguments[1]);
    int artifacts = 0;
    Path group = Path.of(arguments[0]).resolve("org/diffsynth");
    try (Stream<Path> folders = Files.list(group)) {
      for (Path folder : folders.sorted().toList()) {
        check.artifact(folder.getFileName().toString(), folder.resolve(arguments[1]), group);
        artifacts++;
      }
    }
    check.require(artifacts >= 14, "only " + artifacts + " artifacts were staged");
    check.faults.forEach(System.err::println);
    if (!check.faults.isEmpty()) {
      System.exit(1);
    }
    System.out.println(artifacts + " artifacts keep the rules of Maven Central");
  }

  private void require(boolean holds, String fault) {
    if (!holds) {
      faults.add(fault);
    }
  }

  private void artifact(String name, Path folder, Path group) throws Exception {
    require(!version.endsWith("-SNAPSHOT"), version + " is a snapshot");
    String stem = name + "-" + version;
    Path pom = folder.resolve(stem + ".pom");
    Document xml = parse(pom);
    XPath xpath = XPathFactory.newInstance().newXPath();
    Document parent = xpath.evaluate("/project/parent/artifactId", xml).isEmpty() ? xml
        : parse(group.resolve("diffsynth-parent/" + version + "/diffsynth-parent-" + version + ".pom"));
    for (String element : POM_ELEMENTS) {
      boolean own = element.equals("name") || element.equals("description");
      String text = xpath.evaluate("/project/" + element, xml);
      String inherited = own ? text : text + xpath.evaluate("/project/" + element, parent);
      require(!inherited.isBlank(), pom + " has no " + element);
    }
    String poms = Files.readString(pom);
    require(
        !Pattern.compile("<version>[^<]*(\\$\\{revision|-SNAPSHOT)").matcher(poms).find(),
        pom + " names a version that is not fixed");
    require(!poms.contains("<repositories>"), pom + " has repositories of its own");
    if (xpath.evaluate("/project/packaging", xml).isEmpty() || xpath.evaluate("/project/packaging", xml).equals("jar")) {
      for (String kind : List.of("", "-sources", "-javadoc")) {
        Path jar = folder.resolve(stem + kind + ".jar");
        require(Files.exists(jar), jar + " is missing");
        if (Files.exists(jar)) {
          contents(jar, kind);
        }
      }
      require(Files.exists(folder.resolve(stem + "-cyclonedx.json")), folder + " has no SBOM");
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (!file.toString().matches(".*\\.(asc|md5|sha1|sha256|sha512)|.*maven-metadata.*")) {
          sealed(file);
        }
      }
    }
  }

  private static Document parse(Path pom) throws Exception {
    return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(pom.toFile());
  }

  private void contents(Path path, String kind) throws IOException {
    try (JarFile jar = new JarFile(path.toFile())) {
      require(jar.size() > 2, path + " is empty");
      if (!kind.equals("-javadoc")) {
        require(jar.getEntry("META-INF/LICENSE") != null, path + " has no META-INF/LICENSE");
        require(jar.getEntry("META-INF/NOTICE") != null, path + " has no META-INF/NOTICE");
      } else {
        require(jar.getEntry("index.html") != null, path + " has no index.html");
      }
    }
  }

  /** A file must have a signature that verifies, and checksums that are right. */
  private void sealed(Path file) throws Exception {
    Path signature = Path.of(file + ".asc");
    require(Files.exists(signature), file + " is not signed");
    if (Files.exists(signature)) {
      Process gpg = new ProcessBuilder("gpg", "--batch", "--quiet", "--verify", signature.toString(), file.toString())
          .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
      require(gpg.waitFor() == 0, file + " has a signature that does not verify");
    }
    for (String[] sum : new String[][] {{"MD5", ".md5"}, {"SHA-1", ".sha1"}}) {
      Path stored = Path.of(file + sum[1]);
      require(Files.exists(stored) && Files.readString(stored).strip().equals(digest(file, sum[0])), stored + " is wrong");
    }
  }

  private static String digest(Path file, String algorithm) throws Exception {
    MessageDigest digest = MessageDigest.getInstance(algorithm);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] chunk = new byte[1 << 16];
      for (int n = in.read(chunk); n > 0; n = in.read(chunk)) {
        digest.update(chunk, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
