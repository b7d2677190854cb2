package org.diffsynth.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.diffsynth.internal.shots.Exposure;
import org.diffsynth.internal.shots.KnownShots;
import org.diffsynth.internal.shots.ShotAnalysis.Kind;
import org.diffsynth.internal.shots.ShotAnalysis.ShotFrame;
import org.diffsynth.job.JobPlan.Part;
import org.diffsynth.job.JobPlan.Shard;
import org.junit.jupiter.api.Test;

class JobPlanTest {

  private static KnownShots shots(int frames, Integer... starts) {
    List<ShotFrame> all = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      boolean isStart = i == 0 || Set.of(starts).contains(i);
      all.add(new ShotFrame(isStart ? Kind.STARTS : Kind.CONTINUES, Exposure.USUAL));
    }
    return new KnownShots(all);
  }

  private static List<String> shards(JobPlan plan) {
    return plan.shards().stream().map(shard -> shard.first() + "-" + shard.end()).toList();
  }

  @Test
  void shards_holdWholeShots_andLongShotsAreDividedEvenly() {
    assertThat(shards(new JobPlan(shots(100, 10, 20, 70), 30, 7)))
        .containsExactly("0-20", "20-45", "45-70", "70-100");
    assertThat(shards(new JobPlan(shots(100), 1000, 30))).containsExactly("0-100");
    assertThat(shards(new JobPlan(shots(1), 1000, 30))).containsExactly("0-1");
  }

  @Test
  void parts_coverEveryFrameOnce_andStayInTheirShard() {
    for (int shard = 1; shard < 40; shard += 6) {
      for (int part = 1; part <= shard; part += 5) {
        JobPlan plan = new JobPlan(shots(100, 3, 4, 50, 81), shard, part);
        int next = 0;
        for (Shard owner : plan.shards()) {
          for (Part found : plan.parts(owner)) {
            assertThat(found.first()).isEqualTo(next);
            assertThat(found.frames()).isBetween(1, part);
            assertThat(found.shard()).isEqualTo(owner.number());
            assertThat(plan.partAt(next)).isEqualTo(found);
            next = found.end();
          }
          assertThat(next).isEqualTo(owner.end());
        }
        assertThat(next).isEqualTo(100);
      }
    }
  }
}
