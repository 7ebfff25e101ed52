import type { Contingency } from './contingency.ts';
import { hungarianAssignment } from './hungarian-assignment.ts';

/** Which label each cluster stands for. Positions refer to the contingency's `labels` and `clusters`. */
export interface ClusterMatch {
  /** Position of the label, `[clusters]`: by the Hungarian method, and for surplus clusters the commonest label. */
  readonly labelOfCluster: Int32Array;
  /** Whether the cluster is surplus, `[clusters]`: the one-to-one assignment left it without a label. */
  readonly surplus: Uint8Array;
  /** Rows whose cluster stands for their label, surplus clusters not counted. */
  readonly matched: number;
  /** Rows that surplus clusters add. */
  readonly matchedBySurplus: number;
}

/**
 * Finds the label of each cluster. One-to-one first, so that as many rows as possible agree (Hungarian method);
 * clusters that are left over then go to their commonest label, as the authors of Self-Classifier score
 * over-clustering (`cls_eval.py`).
 */
export function matchClusters({ labels, clusters, counts }: Contingency): ClusterMatch {
  const count = (label: number, cluster: number): number =>
    counts[label * clusters.length + cluster] as number;
  const clusterOfLabel = hungarianAssignment(counts, labels.length, clusters.length);
  const labelOfCluster = new Int32Array(clusters.length).fill(-1);
  let matched = 0;
  for (const [label, cluster] of clusterOfLabel.entries()) {
    if (cluster < 0) continue;
    labelOfCluster[cluster] = label;
    matched += count(label, cluster);
  }
  const surplus = Uint8Array.from(labelOfCluster, (label) => (label < 0 ? 1 : 0));
  let matchedBySurplus = 0;
  for (let cluster = 0; cluster < clusters.length; cluster++) {
    if (!surplus[cluster]) continue;
    let commonest = 0;
    for (let label = 1; label < labels.length; label++) {
      if (count(label, cluster) > count(commonest, cluster)) commonest = label;
    }
    labelOfCluster[cluster] = commonest;
    matchedBySurplus += count(commonest, cluster);
  }
  return { labelOfCluster, surplus, matched, matchedBySurplus };
}
