export {
  conformanceChecks,
  conformanceGroups,
  conformanceLimit,
  type ConformanceCheck,
  type ConformanceGroup,
  type ConformanceResult,
} from './conformance/conformance-checks.ts';
