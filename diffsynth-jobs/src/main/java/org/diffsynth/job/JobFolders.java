package org.diffsynth.job;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.diffsynth.internal.host.PartName;
import org.diffsynth.internal.shots.KnownShots;
import org.diffsynth.internal.text.Text;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the folders of jobs, and finds out whether a folder belongs to given work. */
final class JobFolders {

  private static final Logger LOG = LoggerFactory.getLogger(JobFolders.class);
  static final String PLAN = "plan";
  static final String WORKERS = "workers";
  private static final String MANIFEST = "manifest.txt";

  private JobFolders() {}

  /** Finds out how to treat each frame. */
  interface Scan {
    KnownShots shots() throws IOException;
  }

  /** Reads the manifest in a folder, or makes it, and compares it with the work. */
  static Manifest manifest(
      Path folder,
      Map<String, String> settings,
      List<JobInput> inputs,
      JobOptions options,
      Scan scan)
      throws IOException {
    Map<String, String> fingerprints = new TreeMap<>();
    for (JobInput input : inputs) {
      fingerprints.put(input.name(), input.fingerprint());
    }
    Path file = folder.resolve(PLAN).resolve(MANIFEST);
    if (!Files.exists(file)) {
      checkUsable(folder);
      Manifest made =
          new Manifest(
              settings, fingerprints, options.shardFrames(), options.partFrames(), scan.shots());
      create(folder, made);
    }
    Manifest manifest = Manifest.read(file); // perhaps that of a process that was faster
    List<String> differences =
        Manifest.differences(manifest.settings(), manifest.inputs(), settings, fingerprints);
    if (!differences.isEmpty()) {
      throw new JobChangedException(folder, differences);
    }
    return manifest;
  }

  private static void checkUsable(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    if (!Files.isDirectory(folder)) {
      throw new IOException(folder + " is a file; a job needs a folder");
    }
    try (Stream<Path> entries = Files.list(folder)) {
      Optional<Path> other =
          entries.filter(entry -> !entry.getFileName().toString().startsWith(".")).findFirst();
      if (other.isPresent()) {
        throw new IOException(
            Text.format(
                "%s holds no job, but %s; choose an empty folder, or one that does not exist",
                folder, other.get().getFileName()));
      }
    }
  }

  /**
   * Makes the plan under a temporary name and gives it its name, so that it is there as a whole.
   */
  private static void create(Path folder, Manifest manifest) throws IOException {
    Files.createDirectories(folder);
    Path target = folder.resolve(PLAN);
    PartName part = PartName.of(target);
    try {
      Files.createDirectory(part.path());
      manifest.write(part.path().resolve(MANIFEST));
      int shards =
          new JobPlan(manifest.shots(), manifest.shardFrames(), manifest.partFrames())
              .shards()
              .size();
      for (int shard = 0; shard <= shards; shard++) { // the last one is for the final work
        Files.createFile(part.path().resolve(ShardClaims.token(shard, ShardClaims.FREE)));
      }
      Files.move(part.path(), target);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      LOG.debug("another process has made the job in {}", folder);
    } catch (FileSystemException e) {
      if (!Files.exists(target.resolve(MANIFEST))) {
        throw e;
      }
    } finally {
      part.delete();
    }
  }
}
