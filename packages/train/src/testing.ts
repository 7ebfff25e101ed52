export {
  methodContract,
  type ContractCheck,
  type MethodContractSettings,
} from './testing/method-contract.ts';
