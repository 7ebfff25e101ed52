export type { Backbone, ForwardContext, Module, StatisticsUpdate } from './module.ts';
export type { BufferTree, HostArray, HostBuffer, Parameter, ParameterLayout, ParamTree } from './parameter.ts';
