import { handler as common } from './common.cjs';

export const handler = async (event, context) => common(event, context);
