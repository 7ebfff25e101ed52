export {
  conformanceChecks,
  conformanceGroups,
  type ConformanceCheck,
  type ConformanceGroup,
  type ConformanceLimits,
  type ConformanceResult,
} from './conformance/conformance-checks.ts';
