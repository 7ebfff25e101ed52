import { showMachine } from './page/machine.ts';
import { bindSetup } from './page/setup.ts';
import { bindChecks } from './page/checks-section.ts';
import { bindTheme } from './page/theme.ts';
import { bindTraining } from './page/training-section.ts';

bindTheme();
const setup = bindSetup();
bindChecks(setup);
bindTraining(setup);
void showMachine();
