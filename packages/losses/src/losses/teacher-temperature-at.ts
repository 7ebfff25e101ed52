/** How the teacher's temperature of DINO grows; the defaults are the authors'. */
export interface TeacherTemperatureOptions {
  /** Temperature of the first epoch; default 0.04. */
  readonly warmupTemperature?: number;
  /** Temperature after the warm-up; default 0.04. */
  readonly temperature?: number;
  /** Epochs of the warm-up, which includes both ends: its last epoch has the final temperature. Default 0. */
  readonly warmupEpochs?: number;
}

/**
 * The teacher's temperature in an epoch, counted from 0: linear from `warmupTemperature` to `temperature`, then
 * constant (Caron et al., DINO, 2021, appendix C; facebookresearch/dino@7c446df, main_dino.py,
 * `teacher_temp_schedule`). A high temperature makes the beginning of training unstable.
 */
export function teacherTemperatureAt(epoch: number, options: TeacherTemperatureOptions = {}): number {
  const { warmupTemperature = 0.04, temperature = 0.04, warmupEpochs = 0 } = options;
  if (epoch >= warmupEpochs) return temperature;
  const progress = epoch / Math.max(1, warmupEpochs - 1);
  return warmupTemperature + (temperature - warmupTemperature) * progress;
}
