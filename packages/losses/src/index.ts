export type {
  AnyMethod,
  InitContext,
  LossOutput,
  MethodDefinition,
  MethodPreset,
  MethodState,
  NamedTensors,
  Paper,
  Progress,
  StepContext,
  ViewGroup,
  Views,
} from './method.ts';
