import { adapterSuite } from '../../support/adapter-suite.ts';

adapterSuite('dynalite');
