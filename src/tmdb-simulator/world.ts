import type { Catalogue } from './catalogue/build-catalogue.ts';
import type { Oddities } from './fault-plan.ts';
import type { OrderCache } from './lists/order-cache.ts';

/** What an answer is made from: the catalogue, the moment, and the oddities that are switched on. */
export type World = {
  catalogue: Catalogue;
  oddities: Oddities;
  /** The wall clock at the request, in epoch milliseconds. */
  nowMs: number;
  orders: OrderCache;
};
