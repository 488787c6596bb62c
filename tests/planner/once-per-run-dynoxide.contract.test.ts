import { oncePerRunSuite } from '../support/once-per-run-suite.ts';

oncePerRunSuite('dynoxide');
