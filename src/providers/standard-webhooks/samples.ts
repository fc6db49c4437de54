import type { Sample } from '../../model/index.js';
import { freshName } from '../sample-ids.js';

export const samples: readonly Sample[] = [
  {
    type: 'invoice.paid',
    body: () => ({
      type: 'invoice.paid',
      timestamp: new Date().toISOString(),
      data: { id: freshName('inv_'), customer: freshName('cus_'), amount: 4200, currency: 'eur' },
    }),
  },
  {
    type: 'contact.created',
    body: () => ({
      type: 'contact.created',
      timestamp: new Date().toISOString(),
      data: { id: freshName('con_'), first_name: 'Jenny', last_name: 'Rosen' },
    }),
  },
];
