import { migrationAdapterSuite } from '../../support/migration-adapter-suite.ts';

migrationAdapterSuite('dynalite');
