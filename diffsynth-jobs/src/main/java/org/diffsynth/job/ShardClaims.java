package org.diffsynth.job;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.diffsynth.internal.text.Text;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which process computes which shard. Each shard has one token, an empty file whose name says who
 * holds it: {@code 00012.free}, {@code 00012.at-WORKER} or {@code 00012.done}. A process claims a
 * shard by renaming the token, which succeeds for one process only, and takes over the token of a
 * dead process in the same way.
 *
 * <p>The tokens only keep processes from doing the work of others. Which frames are finished is
 * known from the files of the parts.
 */
final class ShardClaims {

  private static final Logger LOG = LoggerFactory.getLogger(ShardClaims.class);
  static final String FREE = "free";
  private static final String DONE = "done";
  private static final String AT = "at-";

  private final Path folder;
  private final Worker worker;
  private final TreeSet<Integer> held = new TreeSet<>();

  ShardClaims(Path folder, Worker worker) {
    this.folder = folder;
    this.worker = worker;
  }

  static String token(int shard, String state) {
    return Text.format("%05d.%s", shard, state);
  }

  private Path path(int shard, String state) {
    return folder.resolve(token(shard, state));
  }

  /** Returns the states of all shards. */
  private Map<Integer, String> states() throws IOException {
    Map<Integer, String> states = new HashMap<>();
    try (Stream<Path> tokens = Files.list(folder)) {
      for (Path token : (Iterable<Path>) tokens::iterator) {
        String name = token.getFileName().toString();
        int dot = name.indexOf('.');
        if (dot > 0 && name.substring(0, dot).chars().allMatch(Character::isDigit)) {
          states.put(Integer.parseInt(name.substring(0, dot)), name.substring(dot + 1));
        }
      }
    }
    return states;
  }

  /**
   * Claims one of the given shards. Prefers the beginning of a gap that nobody works towards, and
   * otherwise the middle of the longest gap, so that processes meet as rarely as possible.
   *
   * @param unfinished shards with parts that are not finished
   * @return the number of the shard, or -1 if others hold all of them
   */
  int claimAny(TreeSet<Integer> unfinished) throws IOException {
    Map<Integer, String> states = states();
    TreeSet<Integer> open = new TreeSet<>(unfinished);
    open.removeIf(shard -> isHeldByOthers(states.get(shard)));
    while (!open.isEmpty()) {
      int shard = choose(open, unfinished);
      if (claim(shard, states.get(shard))) {
        return shard;
      }
      open.remove(shard);
    }
    return -1;
  }

  private static int choose(TreeSet<Integer> open, TreeSet<Integer> unfinished) {
    int best = -1;
    int bestLength = 0;
    for (int start : open) {
      if (open.contains(start - 1)) {
        continue;
      }
      int length = 1;
      while (open.contains(start + length)) {
        length++;
      }
      if (length > bestLength) {
        bestLength = length;
        boolean approached = unfinished.contains(start - 1);
        best = approached ? start + length / 2 : start;
      }
    }
    return best;
  }

  private boolean isHeldByOthers(String state) {
    return state != null
        && state.startsWith(AT)
        && !state.equals(AT + worker.id())
        && !worker.isDead(state.substring(AT.length()));
  }

  /** Claims a shard if nobody who lives holds it, and returns whether this process holds it now. */
  boolean claim(int shard) throws IOException {
    if (held.contains(shard)) {
      return true;
    }
    String state = states().get(shard);
    return !isHeldByOthers(state) && claim(shard, state);
  }

  private boolean claim(int shard, String state) throws IOException {
    if (state == null) {
      renew(shard);
      return false; // the next attempt finds the token
    }
    if (!rename(shard, state, AT + worker.id())) {
      return false; // another process was faster
    }
    if (state.startsWith(AT)) {
      LOG.info("continuing shard {} of a process that has ended", shard);
    }
    held.add(shard);
    return true;
  }

  /** Makes a token that is missing, after a folder was copied while it changed. */
  private void renew(int shard) throws IOException {
    if (!states().containsKey(shard)) {
      try {
        Files.createFile(path(shard, FREE));
      } catch (FileAlreadyExistsException e) {
        LOG.debug("token of shard {} was made meanwhile", shard);
      }
    }
  }

  private boolean rename(int shard, String from, String to) throws IOException {
    try {
      Files.move(path(shard, from), path(shard, to), StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Marks the shards of dead processes as done, when all parts are finished. */
  void tidy(int shards) throws IOException {
    for (Map.Entry<Integer, String> token : states().entrySet()) {
      String state = token.getValue();
      if (state.startsWith(AT) && !held.contains(token.getKey()) && !isHeldByOthers(state)) {
        rename(token.getKey(), state, token.getKey() < shards ? DONE : FREE);
      }
    }
  }

  /**
   * Gives all shards back.
   *
   * @param unfinished shards with parts that are not finished
   */
  void release(Iterable<Integer> unfinished) throws IOException {
    TreeSet<Integer> open = new TreeSet<>();
    unfinished.forEach(open::add);
    for (int shard : held) {
      // a false result: another process took this one for dead, and holds the token
      rename(shard, AT + worker.id(), open.contains(shard) ? FREE : DONE);
    }
    held.clear();
  }
}
