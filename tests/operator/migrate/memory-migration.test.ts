import { memoryMigrationLog, memoryMigrationTable } from '../../support/memory-migration.ts';
import { migrationLogContract } from '../../support/migration-log-contract.ts';
import { migrationTableContract } from '../../support/migration-table-contract.ts';

migrationTableContract(async () => {
  const table = memoryMigrationTable();
  return { table, put: async (item) => table.put(item), items: async () => table.items() };
});

migrationLogContract(async () => {
  const log = memoryMigrationLog();
  return () => log;
});
